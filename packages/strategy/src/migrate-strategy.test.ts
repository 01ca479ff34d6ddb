import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';

import type { IndicatorType } from './indicators/indicator.js';
import { FEATURE_INDICATOR_TYPES } from './indicators/registry.js';
import { migrateStrategy } from './migrate-strategy.js';
import type { Strategy } from './model.js';
import { parseStrategy } from './parse-strategy.js';
import { FILE } from './test/problems.js';
import { edit, V1, V2, V3 } from './test/strategy-text.js';

function model(text: string): Strategy {
  return parseStrategy(text, { file: FILE }).strategy;
}

/** The model without the parts that a migrated file cannot keep: its grammar, the columns' order, lags. */
function comparable(strategy: Strategy): unknown {
  const features = strategy.features.filter((feature) => !/_lag_\d+$/.test(feature)).toSorted();
  const passthrough = { ...strategy.passthrough, version: null };
  return { ...strategy, features, passthrough, sourceVersion: null, lookbackPeriods: null };
}

function expectSameModel(text: string): ReturnType<typeof migrateStrategy> {
  const migrated = migrateStrategy(text, FILE);
  const [before, after] = [model(text), model(migrated.strategy)];
  expect(after.sourceVersion).toBe('v3');
  expect(after.lookbackPeriods).toBe(0);
  expect(comparable(after)).toEqual(comparable(before));
  return migrated;
}

describe('a migrated file', () => {
  test('has the same meaning in the v3 grammar, and keeps its comments', () => {
    const text = edit(V2, 'model:\n', '# The network.\nmodel:\n');
    const { strategy, notes, issues } = expectSameModel(text);
    expect(strategy).toContain(`version: "3.0"
scope: universal
`);
    expect(strategy).toContain(`indicators:
  rsi_14: {type: rsi, period: 14, source: close}
  macd: {type: macd, fast_period: 5, slow_period: 10, signal_period: 3, source: close}
fuzzy_sets:
  rsi_14:
    indicator: rsi_14
    low: {type: triangular, parameters: [0, 20, 50]}
  MACD:
    indicator: macd
    up: {type: triangular, parameters: [0, 1, 2]}

nn_inputs:
  - {fuzzy_set: rsi_14, timeframes: all}
  - {fuzzy_set: MACD, timeframes: all}
# The network.
model:
`);
    expect(notes).toEqual([
      'lookback_periods 2 is not used in a v3 file: the migrated strategy has no lagged inputs.',
    ]);
    expect(issues.map(({ path }) => path)).toEqual(['model.features.lookback_periods']);
  });

  test('the example in the list grammar', () => {
    const text = readFileSync(new URL('../../../strategies/legacy_reversion.yaml', import.meta.url), 'utf8');
    const { strategy } = migrateStrategy(text, 'strategies/legacy_reversion.yaml');
    expect(parse(strategy)).toMatchObject({
      indicators: { bands_20: { type: 'bollingerbands', period: 20, multiplier: 2, source: 'close' } },
      nn_inputs: [{ fuzzy_set: 'rsi_14' }, { fuzzy_set: 'bands_20' }, { fuzzy_set: 'ema_30' }],
    });
  });

  test('a set for price / average gets an explicit transform', () => {
    const text = edit(
      edit(V2, 'name: macd, fast', 'name: ema}\n  - {name: macd, fast'),
      '  MACD:',
      '  EMA: {near: [0.9, 1, 1.1]}\n  MACD:',
    );
    const { strategy } = expectSameModel(text);
    expect(strategy).toContain(
      'EMA: {indicator: ema, input_transform: {type: price_ratio, reference: close}, near: [0.9, 1, 1.1]}',
    );
  });

  test('a set without an indicator is dropped, with a note', () => {
    const { strategy, notes } = expectSameModel(edit(V2, '  MACD:', '  gone: {up: [0, 1, 2]}\n  MACD:'));
    expect(strategy).not.toContain('gone');
    expect(notes[0]).toBe('The fuzzy set gone is ignored: no indicator has this id or name.');
  });

  test('aliases and merged maps are written out', () => {
    const text = edit(
      edit(V2, 'low: {type', 'low: &low {type'),
      '    up: {type: triangular, parameters: [0, 1, 2]}\n',
      '    up: *low\n    down: {<<: *low, parameters: [-2, -1, 0]}\n',
    );
    const { strategy } = expectSameModel(text);
    expect(strategy).not.toMatch(/[*&]low/);
  });

  test('a v3 file is returned unchanged', () => {
    expect(migrateStrategy(V3, FILE)).toEqual({
      strategy: V3,
      name: 'base',
      from: 'v3',
      notes: ['The file is already v3; nothing was changed.'],
      issues: [],
    });
  });

  test('a v1 file, and one with errors, is rejected', () => {
    expect(() => migrateStrategy(V1, FILE)).toThrow('is a v1 file. It loads as it is');
    expect(() => migrateStrategy(edit(V2, 'period: 14', 'period: 0'), FILE)).toThrow('has 1 error:');
    expect(() => migrateStrategy('a: [', FILE)).toThrow('not valid YAML');
  });
});

describe('any migrated v2 file has the same model', () => {
  const id = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/);
  const spelling = ({ type, aliases }: IndicatorType) =>
    fc.constantFrom(type, type.toUpperCase(), `${type}_indicator`, ...Object.keys(aliases));
  const indicator = fc.constantFrom(...FEATURE_INDICATOR_TYPES).chain((type) =>
    fc.record(
      {
        name: spelling(type),
        feature_id: id,
        params: fc.constantFrom(undefined, 'period' in type.parameters ? { period: 7 } : undefined),
        unknown_parameter: fc.integer(),
      },
      { requiredKeys: ['name'] },
    ),
  );
  const membership = fc.oneof(
    fc.constantFrom([0, 20, 50], [-1, -1, 3.5]),
    fc.constantFrom(
      { type: 'Triangle', parameters: [0, 20, 50] },
      { type: 'trapezoidal', parameters: [0, 0, 1e3, 1e4] },
      { type: 'gaussian', parameters: [0.5, 1e-3] },
      { type: 'sigmoid', parameters: [50, 0.1] },
    ),
  );
  const set = fc.record({
    memberships: fc.dictionary(
      id.filter((name) => name !== 'indicator' && name !== 'output'),
      membership,
      {
        minKeys: 1,
        maxKeys: 3,
      },
    ),
    transform: fc.constantFrom(undefined, { type: 'identity' }, { type: 'price_ratio', reference: 'open' }),
    /** Key: the id of an indicator, its name, an old column, or an unknown name. */
    key: fc.constantFrom('feature_id', 'name', 'column', 'nothing'),
    of: fc.nat(5),
  });

  test('property', () => {
    const files = fc.record({
      indicators: fc.uniqueArray(indicator, {
        minLength: 1,
        maxLength: 6,
        selector: ({ feature_id: own, name }) => (own ?? name).toLowerCase(),
      }),
      sets: fc.array(set, { minLength: 1, maxLength: 6 }),
      timeframes: fc.subarray(['5m', '1h', '1d'], { minLength: 1 }),
      style: fc.constantFrom({}, { collectionStyle: 'flow' as const }),
    });
    let compared = 0;
    fc.assert(
      fc.property(files, ({ indicators, sets, timeframes, style }) => {
        const keyed = sets.map(({ memberships, transform, key, of }) => {
          const entry = indicators[of % indicators.length]!;
          const names = {
            feature_id: entry.feature_id ?? entry.name,
            name: entry.name,
            column: 'DI_Plus_14',
            nothing: 'nothing_at_all',
          };
          return [names[key], { ...(transform && { input_transform: transform }), ...memberships }];
        });
        const file = {
          ...(parse(V2) as Record<string, unknown>),
          training_data: {
            symbols: { mode: 'multi_symbol', list: ['AAPL', 'GOOG'] },
            timeframes: { mode: 'multi_timeframe', list: timeframes },
          },
          indicators,
          fuzzy_sets: Object.fromEntries(keyed),
        };
        const text = stringify(file, style);
        try {
          model(text);
        } catch {
          return;
        }
        compared += 1;
        expectSameModel(text);
      }),
      { numRuns: propertyRuns() },
    );
    expect(compared).toBeGreaterThan(propertyRuns() / 3);
  });
});
