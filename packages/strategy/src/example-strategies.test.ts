import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from '@jest/globals';
import type { Timeframe } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';

import { computeFeatures } from './features/compute-features.js';
import { formatIssue } from './issues.js';
import { computeLabels } from './labels/compute-labels.js';
import type { ClassLabels } from './labels/labels.js';
import { parseStrategy } from './parse-strategy.js';
import { onRealBars, readRealBars } from './test/real-bars.js';
import { validateStrategy } from './validate-strategy.js';

const DIRECTORY = fileURLToPath(new URL('../../../strategies/', import.meta.url));
const NAMES = readdirSync(DIRECTORY).filter((name) => name.endsWith('.yaml'));

function text(name: string): string {
  return readFileSync(`${DIRECTORY}${name}`, 'utf8');
}

describe('the example strategies', () => {
  test('exist', () => {
    expect(NAMES).toEqual(expect.arrayContaining(['sp500_daily.yaml', 'test.yaml', 'test_strategy.yaml']));
    const versions = NAMES.map((name) => validateStrategy(text(name), name).version);
    expect(new Set(versions)).toEqual(new Set(['v2', 'v3']));
  });

  test.each(NAMES)('%s has neither errors nor warnings', (name) => {
    const { valid, name: strategy, issues } = validateStrategy(text(name), name);
    expect(issues.map(formatIssue)).toEqual([]);
    expect({ valid, strategy }).toEqual({ valid: true, strategy: name.replace('.yaml', '') });
  });

  test('test_strategy.yaml accepts any symbol and timeframe', () => {
    const overrides = { symbols: ['GOOG'], timeframes: ['1d'] };
    const { strategy, warnings } = parseStrategy(text('test_strategy.yaml'), {
      file: 'test_strategy.yaml',
      overrides,
    });
    expect(warnings).toEqual([]);
    expect(strategy.baseTimeframe).toBe('1d');
  });

  onRealBars.each([
    ['test.yaml', undefined],
    ['test_strategy.yaml', { symbols: ['AAPL'], timeframes: ['1h'] }],
    ['test_strategy.yaml', { symbols: ['GOOG'], timeframes: ['1d'] }],
    ['two_symbols_daily.yaml', undefined],
    ['hourly_in_daily_trend.yaml', undefined],
    ['legacy_reversion.yaml', undefined],
    ['triple_barrier_hourly.yaml', undefined],
  ])('%s %j: on real bars every input varies and BUY and SELL both occur', async (name, overrides) => {
    const { strategy } = parseStrategy(text(name), { file: name, ...(overrides && { overrides }) });
    for (const symbol of strategy.symbols) {
      const bars = new Map<Timeframe, Bars>();
      for (const timeframe of strategy.timeframes) bars.set(timeframe, await readRealBars(symbol, timeframe));
      const { names, values } = computeFeatures(strategy, bars);
      const constant = names.filter((_, column) => {
        const seen = new Set<number>();
        for (let at = column; at < values.length && seen.size < 2; at += names.length) {
          if (Number.isFinite(values[at]!)) seen.add(values[at]!);
        }
        return seen.size < 2;
      });
      expect(constant).toEqual([]);
      const labels = computeLabels(strategy.training.labels, bars.get(strategy.baseTimeframe)!);
      expect(labels).toMatchObject({ output: 'classification', classes: ['BUY', 'HOLD', 'SELL'] });
      expect(new Set((labels as ClassLabels).label)).toEqual(new Set([-1, 0, 1, 2]));
    }
  });
});
