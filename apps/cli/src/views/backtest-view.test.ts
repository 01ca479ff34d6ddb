import { describe, expect, test } from '@jest/globals';
import type { BacktestReport, BacktestResult } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { backtestView } from './backtest-view.js';

const REPORT: BacktestReport = {
  assumptions: {
    capital: 10_000,
    sizing: { type: 'all_in' },
    allow_short: false,
    commission_bps: 5,
    slippage_bps: 2,
    spread_bps: 2,
    stop_loss: null,
    take_profit: null,
    bars_per_year: 252,
  },
  in_sample: false,
  symbols: ['SP500'],
  timeframe: '1d',
  start: '2014-06-02T00:00:00.000Z',
  end: '2017-04-18T00:00:00.000Z',
  bars: 735,
  figures: {
    net_return: 0.0312,
    gross_return: 0.0512,
    cagr: 0.0105,
    volatility: 0.08,
    sharpe: 0.42,
    sortino: 0.61,
    calmar: 0.13,
    max_drawdown: {
      depth: 0.083,
      from: '2015-05-21T00:00:00.000Z',
      bottom: '2015-08-25T00:00:00.000Z',
      recovered: null,
      bars: 480,
    },
    trades: 61,
    profit_factor: 1.1,
    hit_rate: 0.54,
    expectancy: 0.00051,
    exposure: 0.4,
    turnover: 42,
    costs_paid: 201.4,
  },
  by_year: [{ year: 2014, net_return: 0.02, max_drawdown: 0.03, trades: 10 }],
  by_symbol: [{ symbol: 'SP500', trades: 61, profit: 312, costs: 201.4, hit_rate: 0.54 }],
  benchmarks: [
    { name: 'buy_and_hold', net_return: 0.22, sharpe: 0.7, max_drawdown: 0.14, trades: 1 },
    { name: 'always_flat', net_return: 0, sharpe: null, max_drawdown: 0, trades: 0 },
  ],
  luck: {
    random_entries: {
      draws: 10_000,
      p_value: 0.33,
      model_return: 0.0312,
      histogram: { edges: [], shares: [] },
    },
    sharpe_interval: [-0.9, 1.7],
    moments: null,
    break_even_cost_bps: 20.4,
  },
  equity: [],
  warnings: [],
};

const view = (
  report: Partial<BacktestReport> = {},
  result: Partial<BacktestResult> = {},
  columns = Infinity,
) =>
  backtestView(
    { model: 'sp500_daily/1d_v1', untrained_symbols: [], report: { ...REPORT, ...report }, ...result },
    { columns, unicode: true, style: createStyle(false) },
  );

describe('a backtest', () => {
  test('begins with its assumptions, then shows the model beside simple rules, luck and years', () => {
    expect(view()).toBe(`\
  SP500 1d, 2014-06-02 to 2017-04-18, 735 bars. Costs of each side: commission 5 bps, slippage 2 bps, half of a spread of 2 bps. Capital 10,000, all in, long only. Yearly figures: 252 bars a year.

                net return  Sharpe ratio  max drawdown  trades
  the model          3.1 %          0.42         8.3 %      61
  buy and hold      22.0 %          0.70        14.0 %       1
  always flat        0.0 %             -         0.0 %       0

  gross return            5.1 %, costs 201
  return a year           1.1 %
  volatility a year       8.0 %
  Sortino, Calmar ratio   0.61, 0.13
  maximum drawdown        8.3 %, 2015-05-21 to 2015-08-25, not recovered, 480 bars
  profit factor           1.10
  winning trades          54.0 %, mean return of a trade 0.05 %
  exposure                40.0 % of the bars, turnover 42.00 times a year

  random entries    33.0 % of 10,000 draws earned at least as much
  Sharpe ratio      -0.90 to 1.70 (95 % interval)
  break-even cost   20.4 bps for a trade

  year  net return  max drawdown  trades
  2014       2.0 %         3.0 %      10`);
  });

  test('leaves out a column of the rules that does not fit the terminal', () => {
    expect(view({}, {}, 60)).toContain(`\
                net return  Sharpe ratio  max drawdown
  the model          3.1 %          0.42         8.3 %
`);
  });

  test('says in its first line what makes its figures worthless', () => {
    const [first] = view({ in_sample: true }, { untrained_symbols: ['SP500'] }).split('\n');
    expect(first).toMatch(
      /^ {2}IN-SAMPLE: the model was trained on bars of this range\. NOT TRAINED ON SP500\. SP500 1d,/,
    );
  });

  test('shows the deflated Sharpe ratio with the trials that it was judged among', () => {
    const judged = { trials_on_these_bars: 12, deflated_sharpe: 0.734 };
    expect(view({}, judged)).toContain(
      'deflated Sharpe ratio   0.73, 12 trials on these bars (more than luck: above 0.95)',
    );
    expect(view({}, { ...judged, trials_on_these_bars: 1 })).toContain('0.73, the first trial on these bars');
    expect(view({}, { ...judged, deflated_sharpe: null })).not.toContain('deflated');
  });

  test('marks every part with figures if it is in-sample', () => {
    const [, ...parts] = view({ in_sample: true }).split('\n\n');
    expect(parts.map((part) => part.split('\n')[0])).toEqual(Array(4).fill('  in-sample'));
    expect(view()).not.toMatch(/in-sample/i);
  });

  test('states every assumption that differs', () => {
    const assumptions = {
      ...REPORT.assumptions,
      sizing: { type: 'volatility_target', annual_volatility: 0.15 },
      allow_short: true,
      stop_loss: 0.02,
      take_profit: 0.045,
    } as const;
    expect(view({ assumptions }).split('\n')[0]).toContain(
      'Capital 10,000, positions with a volatility of 15.0 % a year, long and short, stop at 2.0 %, target at 4.5 %.',
    );
  });

  test('without trades shows no figures of trades', () => {
    const figures = {
      ...REPORT.figures,
      max_drawdown: { depth: 0, from: null, bottom: null, recovered: null, bars: 0 },
      profit_factor: null,
      hit_rate: null,
      expectancy: null,
    };
    const luck = { random_entries: null, sharpe_interval: null, moments: null, break_even_cost_bps: null };
    const text = view({ figures, luck });
    expect(text).toMatch(/maximum drawdown +0\.0 %\n {2}profit factor +-\n {2}exposure/);
    expect(text).not.toMatch(/random|break-even|winning/);
    expect(text).not.toMatch(/undefined|null|NaN/);
  });

  test('shows each of several symbols, and warnings', () => {
    const by_symbol = [
      ...REPORT.by_symbol,
      { symbol: 'AAPL', trades: 0, profit: 0, costs: 0, hit_rate: null },
    ];
    const text = view({ by_symbol, warnings: ['12 of 735 bars of AAPL have no decision.'] });
    expect(text).toMatch(/AAPL +0 +0 +- +0$/);
    // before the first figure
    expect(text.split('\n\n')[1]).toBe('  warning: 12 of 735 bars of AAPL have no decision.');
  });
});
