import type { IndicatorInfo, IndicatorParameter } from '@ktrdr/contracts';

import { BAR_COLUMNS, outputLookbacks } from './indicator.js';
import type { IndicatorType, ParameterDefinition } from './indicator.js';
import { INDICATOR_TYPES } from './registry.js';

/** Describes every indicator with everything a user needs. */
export function describeIndicators(): IndicatorInfo[] {
  return INDICATOR_TYPES.map((type) => {
    const definitions = Object.entries(type.parameters);
    const defaults = Object.fromEntries(definitions.map(([name, { default: value }]) => [name, value]));
    return {
      type: type.type,
      summary: type.summary,
      aliases: Object.keys(type.aliases),
      parameters: definitions.map(([name, definition]) => describeParameter(type, name, definition)),
      outputs: [...type.outputs],
      warm_up: [...outputLookbacks(type, defaults)],
      look_ahead: type.lookAhead ?? null,
    };
  });
}

function describeParameter(
  { parameterAliases }: IndicatorType,
  name: string,
  definition: ParameterDefinition,
): IndicatorParameter {
  const { kind, noEffect = null, default: value } = definition;
  return {
    name,
    kind,
    default: value,
    ...bounds(definition),
    options:
      definition.kind === 'choice' ? [...definition.options] : kind === 'column' ? [...BAR_COLUMNS] : null,
    aliases: Object.keys(parameterAliases).filter((alias) => parameterAliases[alias] === name),
    no_effect: noEffect,
  };
}

function bounds(
  definition: ParameterDefinition,
): Pick<IndicatorParameter, 'min' | 'max' | 'min_exclusive' | 'max_exclusive'> {
  if (definition.kind === 'whole') {
    return { min: definition.min, max: definition.max, min_exclusive: false, max_exclusive: false };
  }
  if (definition.kind !== 'real') return { min: null, max: null, min_exclusive: false, max_exclusive: false };
  const { min, above, max, below } = definition;
  return {
    min: min ?? above ?? null,
    max: max ?? below ?? null,
    min_exclusive: min === undefined && above !== undefined,
    max_exclusive: max === undefined && below !== undefined,
  };
}
