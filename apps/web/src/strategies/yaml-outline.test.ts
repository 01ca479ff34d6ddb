import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { outline } from './yaml-outline.js';

/** Paths with their scalars: `a.b=1`. */
function paths(text: string): string[] {
  return outline(text).map(
    ({ kind, path, value }) =>
      `${path.join('.')}${kind === 'bare' ? '?' : ''}${value === null ? '' : `=${value}`}`,
  );
}

test('nested keys, lists and flow collections have their paths', () => {
  const text = `# comment
name: momentum # why
indicators:
  rsi_14: { type: rsi, "period": 14 }

  sma:
    type: 'sma'
nn_inputs:
  - { fuzzy_set: a, timeframes: [1h, 1d] }
  - fuzzy_set: b
    timeframes: all
hidden: [32, 16]
`;
  expect(paths(text)).toEqual([
    'name=momentum',
    'indicators',
    'indicators.rsi_14',
    'indicators.rsi_14.type=rsi',
    'indicators.rsi_14.period=14',
    'indicators.sma',
    'indicators.sma.type=sma',
    'nn_inputs',
    'nn_inputs.0',
    'nn_inputs.0.fuzzy_set=a',
    'nn_inputs.0.timeframes',
    'nn_inputs.0.timeframes.0=1h',
    'nn_inputs.0.timeframes.1=1d',
    'nn_inputs.1.fuzzy_set=b',
    'nn_inputs.1.timeframes=all',
    'hidden',
    'hidden.0=32',
    'hidden.1=16',
  ]);
});

test('what is being typed belongs to the map that its indentation says', () => {
  expect(paths('training:\n  epochs: 5\n  ba')).toEqual(['training', 'training.epochs=5', 'training?=ba']);
  expect(paths('training:\n  epochs: 5\nmo')).toEqual(['training', 'training.epochs=5', '?=mo']);
  expect(paths('a: { type: rsi, per')).toEqual(['a', 'a.type=rsi', 'a?=per']);
  expect(paths('a: { type: rsi,\nb: 1')).toEqual(['a', 'a.type=rsi', 'b=1']);
  expect(paths('list:\n  - ')).toEqual(['list', 'list.0']);
});

test('a flow collection continues over lines that are indented more', () => {
  expect(paths('a: {\n  b: 1,\n  c: [2,\n    3]\n}\nd: 4')).toEqual([
    'a',
    'a.b=1',
    'a.c',
    'a.c.0=2',
    'a.c.1=3',
    'd=4',
  ]);
});

test('places are those of the text', () => {
  const text = 'model:\n  type:  mlp # x\n';
  const entry = outline(text)[1]!;
  expect(text.slice(entry.keyFrom, entry.keyTo)).toBe('type');
  expect(text.slice(entry.valueFrom, entry.valueTo)).toBe('mlp');
});

test('any text is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab:- \n{}[],#"\'\t1')) }), (text) => {
      for (const { keyFrom, keyTo, valueFrom, valueTo } of outline(text)) {
        expect(keyFrom).toBeLessThanOrEqual(keyTo);
        expect(valueFrom).toBeLessThanOrEqual(valueTo);
        expect(Math.max(keyTo, valueTo)).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 300 },
  );
});
