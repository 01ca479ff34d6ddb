import { expect, test } from '@jest/globals';
import type { IndicatorInfo, StrategySchema } from '@ktrdr/contracts';
import { documentationAt } from './documentation.js';
import { suggest } from './suggestions.js';

function indicator(type: string, fields: Partial<IndicatorInfo> = {}): IndicatorInfo {
  return {
    type,
    summary: `Summary of ${type}`,
    aliases: [],
    parameters: [],
    outputs: [type],
    warm_up: [0],
    look_ahead: null,
    ...fields,
  };
}

const PERIOD = { type: 'integer', minimum: 2, maximum: 500, default: 14, description: 'Bars of the window.' };

const SCHEMA = {
  schema: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', description: 'Names the strategy.' },
      version: { type: 'string', const: '3.0' },
      indicators: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['type'],
          properties: { type: { type: 'string', description: 'Type of the indicator.' } },
          anyOf: [
            { properties: { type: { enum: ['rsi'] }, period: PERIOD } },
            { properties: { type: { enum: ['bollingerbands'] }, multiplier: { type: 'number' } } },
          ],
        },
      },
      nn_inputs: {
        type: 'array',
        items: {
          type: 'object',
          properties: { fuzzy_set: { type: 'string' }, timeframes: { const: 'all' } },
        },
      },
      training: {
        type: 'object',
        description: 'How the network learns.',
        properties: {
          epochs: { type: 'integer', default: 40 },
          labels: {
            type: 'object',
            properties: { source: { enum: ['zigzag', 'forward_return'], default: 'zigzag' } },
            anyOf: [
              { properties: { source: { const: 'zigzag' }, zigzag_threshold: { type: 'number' } } },
              { properties: { source: { const: 'forward_return' }, horizon: { type: 'integer' } } },
            ],
          },
        },
      },
    },
  },
  indicators: [
    indicator('rsi'),
    indicator('bollingerbands', { aliases: ['bbands'], outputs: ['upper', 'middle', 'lower'] }),
    indicator('zigzag', { look_ahead: 'looks ahead' }),
  ],
  labels: [{ source: 'forward_return', summary: 'Return of the next bars', classes: null, settings: {} }],
} as StrategySchema;

/** Labels at the `|` of a text. */
function labels(text: string, isForced = false): string[] | null {
  const offset = text.indexOf('|');
  return suggest(SCHEMA, text.replace('|', ''), offset, isForced)?.options.map(({ label }) => label) ?? null;
}

test('keys of a map are those of the schema that it does not have yet', () => {
  expect(labels('name: x\ntr|')).toEqual(['version', 'indicators', 'nn_inputs', 'training']);
  expect(labels('training:\n  ep|')).toEqual(['epochs', 'labels']);
  expect(labels('training:\n  epochs: 3\n  |', true)).toEqual(['labels']);
  expect(labels('training:\n  |')).toBeNull();
});

test('keys follow the type of the map, wherever that stands', () => {
  expect(labels('indicators:\n  a: { type: RSI, pe| }')).toEqual(['period']);
  expect(labels('indicators:\n  a:\n    mu|\n    type: bollinger_bands')).toEqual(['multiplier']);
  expect(labels('training:\n  labels:\n    z|')).toEqual(['source', 'zigzag_threshold']);
  expect(labels('training:\n  labels:\n    source: forward_return\n    h|')).toEqual(['horizon']);
});

test('values are allowed values, types of indicators, and ids of the file', () => {
  expect(labels('indicators:\n  a: { type: | }')).toEqual(['rsi', 'bollingerbands']);
  expect(labels('training:\n  labels:\n    source: fo|')).toEqual(['zigzag', 'forward_return']);
  expect(labels('indicators:\n  b: { type: bbands }\nfuzzy_sets:\n  s:\n    indicator: |')).toEqual([
    'b',
    'b.upper',
    'b.middle',
    'b.lower',
  ]);
  expect(
    labels('fuzzy_sets:\n  low:\n    indicator: x\nnn_inputs:\n  - { fuzzy_set: |, timeframes: all }'),
  ).toEqual(['low']);
  expect(labels('nn_inputs:\n  - fu|')).toEqual(['fuzzy_set', 'timeframes']);
});

test('nothing is suggested in a comment', () => {
  expect(labels('# tr|', true)).toBeNull();
  expect(labels('name: x # tr|', true)).toBeNull();
});

test('a key that starts a map is inserted with the indentation of its first key', () => {
  const { options, from } = suggest(SCHEMA, 'training:\n  la', 14, false)!;
  expect(from).toBe(12);
  expect(options.find(({ label }) => label === 'labels')!.text).toBe('labels:\n    ');
  expect(options.find(({ label }) => label === 'epochs')!.text).toBe('epochs: ');
  expect(suggest(SCHEMA, 'version: ', 9, true)!.options[0]!.text).toBe('"3.0"');
});

test('keys, types of indicators and labels are documented', () => {
  const text = 'indicators:\n  a: { type: bbands, period: 3 }\n  b: { type: rsi, period: 3 }\n';
  expect(documentationAt(SCHEMA, text, text.lastIndexOf('period'))).toEqual(
    expect.objectContaining({
      title: 'indicators.b.period',
      text: 'Bars of the window.',
      detail: 'whole number, 2 to 500, default 14',
    }),
  );
  expect(documentationAt(SCHEMA, text, text.indexOf('bbands'))!.text).toContain(
    'Outputs: upper, middle, lower.',
  );
  expect(documentationAt(SCHEMA, text, text.indexOf('period'))).toBeNull();
  const labels = 'training:\n  labels: { source: forward_return }';
  expect(documentationAt(SCHEMA, labels, labels.indexOf('forward'))!.text).toBe('Return of the next bars');
});
