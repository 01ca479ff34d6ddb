import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { BACKTEST_FLAGS, backtestRequest } from './backtest-flags.js';

/** The request for a command line. */
function requestFor(...typed: string[]): object {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const flag of Object.values(BACKTEST_FLAGS)) command.addOption(flag);
  return backtestRequest(command.parse(typed, { from: 'user' }).opts());
}

test('none switches the stop and the target of the file off', () => {
  expect(requestFor('--stop-loss', 'none', '--take-profit=none')).toMatchObject({
    stop_loss: null,
    take_profit: null,
  });
  expect(requestFor('--stop-loss', '0.03')).toMatchObject({ stop_loss: 0.03, take_profit: undefined });
});

test.each([
  ['all-in', { type: 'all_in' }],
  ['0.25', { type: 'fixed_fraction', fraction: 0.25 }],
  ['1', { type: 'fixed_fraction', fraction: 1 }],
  ['volatility:0.15', { type: 'volatility_target', annual_volatility: 0.15 }],
])('--size %s is a sizing', (typed, sizing) => {
  expect(requestFor('--size', typed)).toMatchObject({ sizing });
});

test.each([
  '',
  'nonsense',
  '0',
  '-1',
  '2',
  'volatility',
  'volatility:',
  'volatility:0',
  'volatility:x',
  'Infinity',
])('--size %j is refused with what it takes', (typed) => {
  expect(() => requestFor(`--size=${typed}`)).toThrow(/all-in, a share .* or volatility:0\.15/);
});
