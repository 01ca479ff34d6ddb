import { describe, expect, test } from '@jest/globals';
import type { KtrdrError } from '@ktrdr/contracts';
import { backtest } from '../src/backtest.js';
import type { BacktestSettings, SymbolSignals } from '../src/settings.js';
import { flat, FREE, signals } from './worked-bars.js';

/** The error's code and message. */
function refusal(symbols: SymbolSignals[], settings: Partial<BacktestSettings> = {}): string {
  try {
    backtest(symbols, { ...FREE, ...settings }, { timeframe: '1h', inSample: false, seed: 1 });
  } catch (error) {
    const { code, message } = error as KtrdrError;
    return `${code}: ${message}`;
  }
  return 'accepted';
}

const bars = signals([flat(100, 'BUY'), flat(100), flat(100)]);

describe('settings', () => {
  test.each<[Partial<BacktestSettings>, string]>([
    [{ capital: 0 }, 'capital is 0; it must be above 0 and at most 1e12'],
    [{ capital: -5 }, 'capital is -5; it must be above 0 and at most 1e12'],
    [{ capital: NaN }, 'capital is NaN; it must be above 0 and at most 1e12'],
    [{ capital: 1e13 }, 'capital is 10000000000000; it must be above 0 and at most 1e12'],
    [{ capital: Infinity }, 'capital is Infinity; it must be above 0 and at most 1e12'],
    [{ commission_bps: -1 }, 'commission_bps is -1; it must be 0 or more basis points (100 = 1 %)'],
    [{ slippage_bps: -0.1 }, 'slippage_bps is -0.1; it must be 0 or more basis points (100 = 1 %)'],
    [{ spread_bps: NaN }, 'spread_bps is NaN; it must be 0 or more basis points (100 = 1 %)'],
    [
      { commission_bps: 9999, spread_bps: 2 },
      'the costs of one side are 100 % of the traded value; they must stay below 100 %. Costs are in basis points: 5 is 0.05 %',
    ],
    [
      { sizing: { type: 'fixed_fraction', fraction: 1.5 } },
      'fraction is 1.5; it must be above 0 and at most 1, the whole capital',
    ],
    [
      { sizing: { type: 'fixed_fraction', fraction: 0 } },
      'fraction is 0; it must be above 0 and at most 1, the whole capital',
    ],
    [
      { sizing: { type: 'volatility_target', annual_volatility: 0 } },
      'annual_volatility is 0; it must be above 0 (0.1 = 10 % a year)',
    ],
    [{ minSeparation: -1 }, 'minSeparation is -1; it must be 0 ms or more'],
    [{ stopLoss: 0 }, 'stop_loss is 0; it must be above 0 (0.02 = 2 %)'],
    [{ takeProfit: -0.1 }, 'take_profit is -0.1; it must be above 0 (0.02 = 2 %)'],
  ])('%j are refused', (settings, message) => {
    expect(refusal([bars], settings)).toBe(`invalid_request: ${message}`);
  });

  test('with costs of nearly everything are accepted', () => {
    expect(refusal([bars], { commission_bps: 9999 })).toBe('accepted');
  });
});

describe('bars', () => {
  test('that are missing are refused', () => {
    expect(refusal([])).toBe('no_bars_in_range: no symbol to backtest');
    expect(refusal([bars, signals([], 'MSFT')])).toBe(
      'no_bars_in_range: MSFT has no bars in the range; choose other dates',
    );
  });

  test.each([0, -37.63, NaN])('with the price %d are refused', (price) => {
    expect(refusal([signals([flat(20), flat(price), flat(10)], 'CL')])).toBe(
      `bars_invalid: CL has the price ${price} at 2024-01-08T01:00:00.000Z; a backtest needs prices above 0. Choose a range without such bars`,
    );
  });

  test('need a decision each', () => {
    expect(() => refusal([{ ...bars, decision: new Int8Array(2) }])).not.toThrow();
    expect(refusal([{ ...bars, decision: new Int8Array(2) }])).toContain('AAPL has 3 bars and 2 decisions');
  });
});
