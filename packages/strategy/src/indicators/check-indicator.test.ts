import { describe, expect, test } from '@jest/globals';

import { computeIndicator } from '../test/compute-indicator.js';
import { randomBars } from '../test/random-bars.js';
import { checkIndicator } from './check-indicator.js';

describe('an indicator requested outside a strategy', () => {
  test('is found by any name, with defaults for missing parameters', () => {
    const { type, parameters, outputs, warnings } = checkIndicator('Bollinger_Bands', { std_dev: 1.5 });
    expect({ type, parameters, outputs, warnings }).toEqual({
      type: 'bollingerbands',
      parameters: { period: 20, multiplier: 1.5, source: 'close' },
      outputs: ['upper', 'middle', 'lower'],
      warnings: [],
    });
    expect(checkIndicator('volume_sma', {}).parameters).toEqual({ period: 20, source: 'volume' });
  });

  test('computes the same as in a strategy', () => {
    const bars = randomBars({ length: 100, seed: 1 });
    const parameters = { period: 5, ma_type: 'ema' };
    expect(checkIndicator('distancefromma', parameters).compute(bars)).toEqual(
      computeIndicator('distancefromma', parameters, bars),
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['macd', { fast: 3, fast_period: 4 }, 'macd: fast_period is given twice.'],
    ['obv', { period: 3 }, 'obv: unknown parameter "period"; there are no parameters.'],
    ['rsi', { period: 2.5 }, 'rsi: period is 2.5; must be a whole number from 2 to 100.'],
    ['rsi', { period: null }, 'rsi: period is empty; must be a whole number from 2 to 100.'],
    [
      'supertrend',
      { multiplier: 0 },
      'supertrend: multiplier is 0; must be a number above 0 and at most 10.',
    ],
    ['zigzag', { threshold: 1 }, 'zigzag: threshold is 1; must be a number above 0 and below 1.'],
    ['sma', { source: 'vwap' }, 'source is "vwap"; must be one of open, high, low, close, volume.'],
    ['nothing', {}, 'Unknown indicator "nothing". The indicators are adline, adx,'],
    ['emma', {}, 'Unknown indicator "emma". Did you mean "ema"?'],
  ])('%s %j is rejected', (name, parameters, message) => {
    expect(() => checkIndicator(name, parameters)).toThrow(message);
  });

  test('a question has no period after its question mark', () => {
    expect(() => checkIndicator('rsi', { perid: 3 })).toThrow(/; did you mean "period"\?$/);
  });

  test('very many wrong parameters give a short message', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${'x'.repeat(200)}${n}`, n]));
    expect(() => checkIndicator('rsi', many)).toThrow(/; and 4990 more\.$/);
    expect(() => checkIndicator('rsi', many)).not.toThrow(/x{150}/);
  });
});
