/**
 * The same bars and decisions in two Python backtesters (fixtures/make_peer_figures.py made the figures). The rules agree, apart
 * from four conventions:
 *
 * - A position that is open at the end: ktrdr closes it at the last close and pays the costs of that side. vectorbt values it
 *   there without costs; backtesting.py leaves it out of its trades and values it without costs.
 * - Stop and target count from the bar of the entry on. Both programs look at them from the bar after it.
 * - Yearly figures: ktrdr takes the bars of a year from the calendar, vectorbt takes the 252 that it was told. The Sharpe ratio of
 *   backtesting.py uses geometric means, so it is not compared.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Trade } from '@ktrdr/contracts';
import { backtest } from '../src/backtest.js';
import { DEFAULT_SETTINGS, type BacktestSettings, type SymbolSignals } from '../src/settings.js';
import { simulate } from '../src/simulate.js';

interface PeerTrade {
  direction: Trade['direction'];
  entry_bar: number;
  entry_price: number;
  exit_bar: number;
  exit_price: number;
  quantity: number;
  costs: number;
  profit: number;
  return: number;
  /** Still open at the end. */
  open: boolean;
}

interface PeerCase {
  program: 'vectorbt' | 'backtesting';
  name: string;
  decisions: 'often' | 'seldom';
  options: { short: boolean; stop?: number; target?: number };
  trades: PeerTrade[];
  equity: number[];
  figures: Record<string, number>;
}

interface Fixture {
  fees: number;
  capital: number;
  bars: Record<'time' | 'open' | 'high' | 'low' | 'close', number[]>;
  decisions: Record<'often' | 'seldom', number[]>;
  cases: PeerCase[];
}

const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/peer-figures.json'), 'utf8'),
) as Fixture;
const LENGTH = fixture.bars.time.length;
/** Whole units of backtesting.py, relative to its large capital. */
const PRECISION = 1e-8;

function signalsOf({ decisions }: PeerCase): SymbolSignals {
  const { time, open, high, low, close } = fixture.bars;
  return {
    symbol: 'PEER',
    bars: {
      time: Float64Array.from(time),
      open: Float64Array.from(open),
      high: Float64Array.from(high),
      low: Float64Array.from(low),
      close: Float64Array.from(close),
      length: LENGTH,
    },
    decision: Int8Array.from(fixture.decisions[decisions]),
  };
}

function settingsOf({ options }: PeerCase): BacktestSettings {
  return {
    ...DEFAULT_SETTINGS,
    capital: fixture.capital,
    commission_bps: fixture.fees * 10_000,
    slippage_bps: 0,
    spread_bps: 0,
    allowShort: options.short,
    stopLoss: options.stop ?? null,
    takeProfit: options.target ?? null,
  };
}

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(PRECISION);
}

const named = fixture.cases.map((one) => [`${one.program}, ${one.name}`, one] as const);

describe.each(named)('%s', (_, peer) => {
  const symbols = [signalsOf(peer)];
  const { equity, trades } = simulate(symbols, settingsOf(peer));
  const { report } = backtest(symbols, settingsOf(peer), { timeframe: '1d', inSample: false, seed: 1 });
  const closed = peer.trades.filter(({ open }) => !open);
  const openAtEnd = trades.exitReason.at(-1) === 3;

  test('trades are the same', () => {
    expect(closed.length).toBeGreaterThan(5);
    expect(trades.length).toBe(closed.length + (openAtEnd ? 1 : 0));
    closed.forEach((trade, row) => {
      expect(trades.direction[row]).toBe(trade.direction === 'long' ? 1 : -1);
      expect(trades.entryBar[row]).toBe(trade.entry_bar);
      expect(trades.exitBar[row]).toBe(trade.exit_bar);
      expectClose(trades.entryPrice[row]!, trade.entry_price);
      expectClose(trades.exitPrice[row]!, trade.exit_price);
      expectClose(trades.quantity[row]!, trade.quantity);
      expectClose(trades.costs[row]!, trade.costs);
      expect(Math.abs(trades.profit[row]! - trade.profit)).toBeLessThan(PRECISION * fixture.capital);
    });
  });

  test('the equity is the same after every bar, apart from the costs of the last exit', () => {
    const last = LENGTH - 1;
    peer.equity.slice(0, last).forEach((value, step) => expectClose(equity[step]!, value));
    const exit = openAtEnd ? trades.quantity.at(-1)! * trades.exitPrice.at(-1)! * fixture.fees : 0;
    expectClose(equity[last]! + exit, peer.equity[last]!);
  });

  test('figures are the same', () => {
    const { figures, assumptions } = report;
    if (!openAtEnd) expectClose(figures.hit_rate!, peer.figures.hit_rate_closed!);
    expectClose(figures.max_drawdown.depth, peer.figures.max_drawdown!);
    if (peer.program === 'backtesting') return;
    const yearly = Math.sqrt(252 / assumptions.bars_per_year);
    if (openAtEnd) return;
    expectClose(figures.sharpe! * yearly, peer.figures.sharpe_252!);
    expectClose(figures.sortino! * yearly, peer.figures.sortino_252!);
    expectClose(figures.volatility * yearly, peer.figures.volatility_252!);
    expectClose(figures.profit_factor!, peer.figures.profit_factor_closed!);
  });
});
