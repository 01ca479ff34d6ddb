import { expect, test } from '@jest/globals';
import { backtestRequest, EMPTY_BACKTEST, numberProblem } from './backtest-form.js';

test('empty fields are left to the strategy file', () => {
  expect(backtestRequest(EMPTY_BACKTEST)).toEqual({});
});

test('percents become shares, and the sizing has its number', () => {
  const request = backtestRequest({
    ...EMPTY_BACKTEST,
    symbols: ['AAPL'],
    commission_bps: '0',
    sizing: 'fixed_fraction',
    sizing_percent: '35',
    stop_loss_percent: '0.7',
    allow_short: 'no',
    in_sample: true,
  });
  expect(request).toEqual({
    symbols: ['AAPL'],
    commission_bps: 0,
    sizing: { type: 'fixed_fraction', fraction: 0.35 },
    stop_loss: 0.007,
    allow_short: false,
    in_sample: true,
  });
});

test('names what is not a number', () => {
  expect(numberProblem('')).toBeNull();
  expect(numberProblem('2.5')).toBeNull();
  expect(numberProblem('2,5')).toContain('Write a number');
});
