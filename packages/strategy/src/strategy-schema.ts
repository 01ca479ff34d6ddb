import type { JsonSchema, LabelInfo, StrategySchema } from '@ktrdr/contracts';
import { TIMEFRAMES } from '@ktrdr/contracts';
import * as z from 'zod';

import { MEMBERSHIP_KINDS } from './fuzzy/membership.js';
import { NORMALIZATION } from './grammar/v3.js';
import { describeIndicators } from './indicators/describe-indicators.js';
import { parametersSchema } from './indicators/parameter-schema.js';
import { FEATURE_INDICATOR_TYPES } from './indicators/registry.js';
import { labelClasses } from './labels/label-classes.js';
import { LIMITS } from './limits.js';
import type { LabelSettings, MembershipType } from './model.js';
import { BACKTEST_SECTIONS } from './sections/backtest-settings.js';
import { DECISIONS } from './sections/decisions.js';
import { INPUT_TRANSFORM, PARAMETER_LIMIT } from './sections/fuzzy-sets.js';
import { IDENTITY } from './sections/identity.js';
import { DEFAULT_SOURCE, LABEL_KINDS, LABEL_SOURCE } from './sections/labels.js';
import { ARCHITECTURES } from './sections/model-settings.js';
import { TRAINING_DATA } from './sections/symbols-and-timeframes.js';
import { TRAINING } from './sections/training-settings.js';

type Schema = Record<string, unknown>;

let described: StrategySchema | null = null;

/** Describes the current grammar: the schemas that read a file, as JSON Schema, with all indicators and labels. */
export function strategySchema(): StrategySchema {
  described ??= {
    schema: fileSchema(),
    indicators: describeIndicators(),
    labels: Object.entries(LABEL_KINDS).map(([source, { summary, settings }]): LabelInfo => {
      const classes = labelClasses({ source } as LabelSettings);
      return { source, summary, classes: classes && [...classes], settings: jsonSchemaOf(settings) };
    }),
  };
  return described;
}

function fileSchema(): JsonSchema {
  const sections: Record<string, Schema> = {
    ...(propertiesOf(IDENTITY) as Record<string, Schema>),
    version: { type: 'string', const: '3.0', description: 'Version of the grammar.' },
    training_data: of('Which bars the network learns from.', TRAINING_DATA),
    indicators: indicatorsSchema(),
    fuzzy_sets: fuzzySetsSchema(),
    nn_inputs: inputsSchema(),
    model: modelSchema(),
    decisions: of('How outputs become BUY, HOLD and SELL.', DECISIONS),
    training: trainingSchema(),
    backtesting: of('Capital and costs of a backtest.', BACKTEST_SECTIONS.backtesting),
    risk_management: of('Size of positions, stop and target.', BACKTEST_SECTIONS.risk_management),
    orchestrator: of('Further rules of trading.', BACKTEST_SECTIONS.orchestrator),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'ktrdr strategy file',
    description: 'What a model sees, what it learns and how it is trained. Unknown keys have no effect.',
    type: 'object',
    properties: sections,
    required: [
      'name',
      'training_data',
      'indicators',
      'fuzzy_sets',
      'nn_inputs',
      'model',
      'decisions',
      'training',
    ],
  } as JsonSchema;
}

function indicatorsSchema(): Schema {
  return {
    type: 'object',
    description: 'Indicators by an id of your choice, such as rsi_14. An id contains no dot.',
    minProperties: 1,
    maxProperties: LIMITS.indicators,
    propertyNames: { pattern: '^[^.]+$', maxLength: LIMITS.nameLength },
    additionalProperties: {
      type: 'object',
      required: ['type'],
      properties: { type: { type: 'string', description: 'Type of the indicator.' } },
      anyOf: FEATURE_INDICATOR_TYPES.map((type) => ({
        description: type.summary,
        properties: {
          type: { enum: [type.type, ...Object.keys(type.aliases)] },
          ...propertiesOf(parametersSchema(type)),
        },
      })),
    },
  };
}

function fuzzySetsSchema(): Schema {
  return {
    type: 'object',
    description:
      'Fuzzy sets by an id of your choice: each turns one output of an indicator into degrees from 0 to 1.',
    minProperties: 1,
    maxProperties: LIMITS.fuzzySets,
    propertyNames: { maxLength: LIMITS.nameLength },
    additionalProperties: {
      type: 'object',
      required: ['indicator'],
      properties: {
        indicator: {
          type: 'string',
          description: 'Id of an indicator, which means its first output, or id.output.',
        },
        input_transform: of('Changes the output before the memberships.', INPUT_TRANSFORM),
      },
      additionalProperties: membershipSchema(),
    },
  };
}

function membershipSchema(): Schema {
  const numbers = (type: MembershipType): Schema => {
    const names = MEMBERSHIP_KINDS[type].parameters;
    return {
      type: 'array',
      description: names.join(', '),
      items: { type: 'number', minimum: -PARAMETER_LIMIT, maximum: PARAMETER_LIMIT },
      minItems: names.length,
      maxItems: names.length,
    };
  };
  const types = Object.keys(MEMBERSHIP_KINDS) as MembershipType[];
  return {
    description:
      'A membership by a name of your choice, such as low: a triangle [a, b, c], or type and parameters.',
    anyOf: [
      numbers('triangular'),
      ...types.map((type) => ({
        type: 'object',
        required: ['type', 'parameters'],
        properties: {
          type: { const: type, description: 'Shape of the membership.' },
          parameters: numbers(type),
        },
      })),
    ],
  };
}

function inputsSchema(): Schema {
  const timeframe = { type: 'string', enum: [...TIMEFRAMES] };
  return {
    type: 'array',
    description: 'Inputs of the network, in order: fuzzy sets and raw outputs of indicators.',
    minItems: 1,
    maxItems: LIMITS.nnInputs,
    items: {
      type: 'object',
      properties: {
        fuzzy_set: { type: 'string', description: 'Id of a fuzzy set. Write it, or raw_indicator.' },
        raw_indicator: {
          type: 'string',
          description: 'Id of an indicator, or id.output. Write it, or fuzzy_set.',
        },
        timeframes: {
          description: 'all, or some of the timeframes of training_data.',
          anyOf: [
            { const: 'all' },
            timeframe,
            { type: 'array', items: timeframe, minItems: 1, maxItems: TIMEFRAMES.length },
          ],
        },
        normalization: { ...jsonSchemaOf(NORMALIZATION), default: 'none' },
      },
      required: ['timeframes'],
      oneOf: [{ required: ['fuzzy_set'] }, { required: ['raw_indicator'] }],
    },
  };
}

function modelSchema(): Schema {
  return {
    type: 'object',
    description: 'The network.',
    required: ['type', 'architecture'],
    properties: {
      type: { enum: Object.keys(ARCHITECTURES), description: 'Kind of network.' },
      architecture: { type: 'object', description: 'Layers of the network. The keys depend on type.' },
    },
    anyOf: Object.entries(ARCHITECTURES).map(([type, architecture]) => ({
      properties: {
        type: { const: type },
        architecture: of(`Layers of a network of type ${type}.`, architecture),
      },
    })),
  };
}

function trainingSchema(): Schema {
  const training = of('How the network learns.', TRAINING);
  const labels: Schema = {
    type: 'object',
    description: 'What the network learns: one label for each bar. The keys depend on source.',
    properties: { source: jsonSchemaOf(LABEL_SOURCE) },
    anyOf: Object.entries(LABEL_KINDS).map(([source, { summary, settings }]) => ({
      description: summary,
      properties: { source: { const: source }, ...propertiesOf(settings) },
      ...(source === DEFAULT_SOURCE ? {} : { required: ['source'] }),
    })),
  };
  return { ...training, properties: { ...(training['properties'] as Schema), labels } };
}

function of(description: string, schema: z.ZodObject): Schema {
  return { description, ...jsonSchemaOf(schema) };
}

function propertiesOf(schema: z.ZodObject): Schema {
  return (jsonSchemaOf(schema) as Schema)['properties'] as Schema;
}

/** The JSON Schema of what a file may have: a key with a default is not required. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    // zod leaves out the default of a schema that transforms its value
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'default') jsonSchema.default = (def as z.core.$ZodDefaultDef).defaultValue as never;
    },
  });
  return json as JsonSchema;
}
