import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';

import type { StrategyBacktestSettings } from '../model.js';
import { parseStrategy } from '../parse-strategy.js';
import { FILE, problems } from '../test/problems.js';
import { edit, V1, V2, V3 } from '../test/strategy-text.js';

type Sections = Partial<Record<'backtesting' | 'risk_management' | 'orchestrator', unknown>>;

function settings(sections: Sections, base = V3): StrategyBacktestSettings {
  return parseStrategy(`${base}${stringify(sections)}`, { file: FILE }).strategy.backtest;
}

function warnings(sections: Sections): string[] {
  const found = problems(`${V3}${stringify(sections)}`);
  expect(found.errors).toEqual([]);
  return found.warnings;
}

function sized(risk_management: Record<string, unknown>, orchestrator?: Record<string, unknown>) {
  return settings({ risk_management, ...(orchestrator && { orchestrator }) }).sizing;
}

/** The sections of a scalping strategy in the oldest grammar. */
const SCALPING = `orchestrator:
  max_position_size: 0.5
  max_concurrent_positions: 3
  signal_cooldown: 1
  entry_rules:
    long:
      - momentum_speed_fast: "> 0.7"
  exit_rules:
    time_limit: 5
    profit_target: 0.003
    stop_loss: 0.002
  modes:
    backtest: {confidence_threshold: 0.55}
    paper: {confidence_threshold: 0.6, max_trades_per_hour: 20}
    live: {confidence_threshold: 0.65}
risk_management:
  position_sizing: fixed_dollar
  position_size: 1000
  stop_loss: {type: percentage, value: 0.002}
  take_profit: {type: percentage, value: 0.003}
backtesting:
  start_date: "2023-01-01"
  end_date: "2024-01-01"
  initial_capital: 10000
  transaction_costs: 0.0004
  slippage: 0.0003
`;

describe('what a file says about backtests', () => {
  test('a file without such sections says nothing', () => {
    for (const text of [V1, V2, V3])
      expect(parseStrategy(text, { file: FILE }).strategy.backtest).toEqual({});
    expect(settings({ backtesting: null, risk_management: {}, orchestrator: null })).toEqual({});
  });

  test.each([
    ['v1', V1],
    ['v2', V2],
    ['v3', V3],
  ])('all grammars read the same sections: %s', (_, base) => {
    const { strategy, warnings: found } = parseStrategy(`${base}${SCALPING}`, { file: FILE });
    expect(strategy.backtest).toEqual({
      capital: 10_000,
      commission_bps: 4,
      slippage_bps: 3,
      sizing: { type: 'fixed_fraction', fraction: 0.5 },
      stopLoss: 0.002,
      takeProfit: 0.003,
      confidenceThreshold: 0.55,
    });
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'orchestrator: has keys without effect on a backtest: max_concurrent_positions, signal_cooldown, entry_rules, exit_rules, modes.paper, modes.live',
      'risk_management: has keys without effect on a backtest: position_size',
      'risk_management.position_sizing: is "fixed_dollar", which has no effect: a backtest has all_in, fixed_fraction, volatility_target',
      'backtesting: has keys without effect on a backtest: start_date, end_date',
    ]);
  });

  test('costs are fractions of the value of one side, and become basis points', () => {
    expect(settings({ backtesting: { transaction_costs: 0.0003, slippage: 0, spread: 0.00007 } })).toEqual({
      commission_bps: 3,
      slippage_bps: 0,
      spread_bps: 0.7,
    });
  });

  test('stop and target are numbers or percentages; those of the exit rules count if there are no others', () => {
    expect(settings({ risk_management: { stop_loss: 0.02, take_profit: 0.05 } })).toEqual({
      stopLoss: 0.02,
      takeProfit: 0.05,
    });
    const orchestrator = { exit_rules: { stop_loss: 0.01, profit_target: 0.03 } };
    expect(settings({ orchestrator })).toEqual({ stopLoss: 0.01, takeProfit: 0.03 });
    expect(settings({ orchestrator, risk_management: { stop_loss: 0.02 } })).toEqual({
      stopLoss: 0.02,
      takeProfit: 0.03,
    });
  });

  test('sizing', () => {
    expect(sized({ position_sizing: 'all_in' })).toEqual({ type: 'all_in' });
    expect(sized({ position_sizing: 'All_In' }, { max_position_size: 0.9 })).toEqual({
      type: 'fixed_fraction',
      fraction: 0.9,
    });
    expect(sized({ position_sizing: 'fixed_fraction', position_size: 0.2 })).toEqual({
      type: 'fixed_fraction',
      fraction: 0.2,
    });
    expect(sized({ position_sizing: 'volatility_based', target_volatility: 0.15 })).toEqual({
      type: 'volatility_target',
      annual_volatility: 0.15,
    });
    expect(sized({}, { max_position_size: 1 })).toBeUndefined();
    expect(sized({ max_position_size: 0.03 }, { max_position_size: 0.95 })).toEqual({
      type: 'fixed_fraction',
      fraction: 0.03,
    });
  });

  test('a risk per trade divided by the stop is the size of the position, up to the largest one', () => {
    const risk = { position_sizing: 'fixed_fraction', risk_per_trade: 0.02 };
    expect(sized({ ...risk, stop_loss: 0.1 })).toEqual({ type: 'fixed_fraction', fraction: 0.2 });
    expect(sized({ ...risk, stop_loss: 0.01 })).toEqual({ type: 'fixed_fraction', fraction: 1 });
    expect(sized({ ...risk, stop_loss: 0.01 }, { max_position_size: 0.95 })).toEqual({
      type: 'fixed_fraction',
      fraction: 0.95,
    });
    // Without a stop, a position can lose all of its value.
    expect(sized(risk, { max_position_size: 0.95 })).toEqual({ type: 'fixed_fraction', fraction: 0.02 });
  });

  test('a regression has no confidence threshold', () => {
    const regression = edit(
      edit(
        V3,
        'classification, confidence_threshold: 0.5',
        'regression, cost_model: {round_trip_cost: 0.001}',
      ),
      'source: zigzag, zigzag_threshold: 0.02',
      'source: forward_return',
    );
    const orchestrator = { modes: { backtest: { confidence_threshold: 0.6 } } };
    expect(settings({ orchestrator }, regression)).toEqual({});
    expect(problems(`${regression}${stringify({ orchestrator })}`).warnings).toEqual([
      expect.stringContaining('orchestrator: has keys without effect on a backtest: modes'),
    ]);
  });
});

describe('what a backtest cannot use', () => {
  test.each<[Sections, string]>([
    [{ backtesting: true }, 'backtesting: is true, which has no effect; write a map'],
    [{ backtesting: { transaction_costs: { stocks: 0.0005 } } }, 'on a backtest: transaction_costs'],
    [
      { risk_management: { stop_loss: { type: 'atr_based', atr_multiplier: 2 } } },
      'on a backtest: stop_loss',
    ],
    [{ risk_management: { stop_loss: 'below the last low' } }, 'on a backtest: stop_loss'],
    [{ risk_management: { take_profit: [2, 3.5, 5] } }, 'on a backtest: take_profit'],
    [{ risk_management: { position_size: 1000, max_position_size: 5 } }, 'position_size, max_position_size'],
    [{ risk_management: { position_sizing: 'fixed_fraction' } }, 'it needs position_size'],
    [{ risk_management: { position_sizing: 'volatility_target' } }, 'it needs target_volatility'],
    [{ risk_management: { position_sizing: 'al_in' } }, 'did you mean "all_in"?'],
    [{ orchestrator: { 'a b': 1, exit_rules: 'none' } }, 'on a backtest: ["a b"], exit_rules'],
  ])('%j', (sections, message) => {
    expect(warnings(sections)).toEqual([expect.stringContaining(message)]);
    expect(settings(sections)).toEqual({});
  });

  test('many keys are one short warning', () => {
    const keys = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`rule_${index}`, 1]));
    expect(warnings({ orchestrator: keys })).toEqual([expect.stringMatching(/rule_19 and 10 more$/)]);
  });
});

describe('a number outside its bounds is an error with its position', () => {
  test.each<[string, string]>([
    [
      'backtesting:\n  initial_capital: 0',
      '28:20 backtesting.initial_capital: is 0; must be a number above 0',
    ],
    [
      'backtesting: {transaction_costs: -0.001}',
      '27:34 backtesting.transaction_costs: is -0.001; must be a number at least 0 and at most 0.05',
    ],
    ['backtesting: {slippage: 5}', 'backtesting.slippage: is 5; must be'],
    [
      'backtesting: {initial_capital: "10,000"}',
      'is "10,000"; must be a number above 0 and at most 1000000000000; write 10000 without commas',
    ],
    [
      'risk_management: {stop_loss: 2}',
      'risk_management.stop_loss: is 2; must be a number above 0 and below 1',
    ],
    [
      'risk_management: {take_profit: {type: percentage, value: 3}}',
      'risk_management.take_profit.value: is 3; must be a number above 0 and below 1',
    ],
    [
      'risk_management: {position_sizing: fixed_fraction, risk_per_trade: 2}',
      'risk_management.risk_per_trade: is 2; must be a number above 0 and at most 1',
    ],
    [
      'risk_management: {position_sizing: volatility_target, target_volatility: 12}',
      'risk_management.target_volatility: is 12; must be a number above 0 and at most 2',
    ],
    [
      'orchestrator: {max_position_size: 0}',
      'orchestrator.max_position_size: is 0; must be a number above 0',
    ],
    [
      'orchestrator: {modes: {backtest: {confidence_threshold: 60}}}',
      'orchestrator.modes.backtest.confidence_threshold: is 60; must be a number at least 0 and at most 1',
    ],
  ])('%s', (section, message) => {
    expect(problems(`${V3}${section}\n`).errors).toEqual([expect.stringContaining(message)]);
  });
});
