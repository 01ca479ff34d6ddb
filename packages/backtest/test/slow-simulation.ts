/**
 * A second implementation of the rules of a backtest, slow but easy to check: objects instead of columns, everything computed again at
 * each step, and an account of profits instead of cash. It shares no code with `simulate`.
 */
import type { ExitReason } from '@ktrdr/contracts';
import type { BacktestSettings, SymbolSignals } from '../src/settings.js';

export interface SlowTrade {
  symbol: string;
  direction: number;
  entryTime: number;
  entryPrice: number;
  exitTime: number;
  exitPrice: number;
  quantity: number;
  costs: number;
  profit: number;
  reason: ExitReason;
}

export interface SlowResult {
  equity: { time: number; value: number; exposed: boolean }[];
  trades: SlowTrade[];
}

interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  decision: number;
}

interface Position {
  direction: number;
  entryTime: number;
  /** Every fill that opened or increased it. */
  fills: { units: number; price: number; costs: number }[];
}

export function slowSimulation(
  signals: readonly SymbolSignals[],
  settings: BacktestSettings,
  barsPerYear: readonly number[],
): SlowResult {
  const barsOf = new Map<string, Bar[]>(signals.map((one) => [one.symbol, toBars(one)]));
  const symbols = [...barsOf.keys()];
  const times = [...new Set([...barsOf.values()].flat().map(({ time }) => time))].sort((a, b) => a - b);
  const costShare =
    settings.commission_bps / 10_000 + settings.slippage_bps / 10_000 + settings.spread_bps / 2 / 10_000;

  const positions = new Map<string, Position>();
  const executed = new Map<string, number>();
  const prices = new Map<string, number>();
  const trades: SlowTrade[] = [];
  const equity: SlowResult['equity'] = [];
  let ruined = false;

  const units = (position: Position) => sum(position.fills.map((fill) => fill.units));
  const paid = (position: Position) => sum(position.fills.map((fill) => fill.units * fill.price));
  const spent = (position: Position) => sum(position.fills.map((fill) => fill.costs));
  const entryPrice = (position: Position) => paid(position) / units(position);
  const worth = (symbol: string) => units(positions.get(symbol)!) * prices.get(symbol)!;
  const openProfit = (symbol: string) => {
    const position = positions.get(symbol)!;
    return position.direction * (worth(symbol) - paid(position)) - spent(position);
  };
  const account = () =>
    settings.capital + sum(trades.map(({ profit }) => profit)) + sum([...positions.keys()].map(openProfit));

  const close = (symbol: string, time: number, price: number, reason: ExitReason) => {
    const position = positions.get(symbol)!;
    const quantity = units(position);
    const costs = spent(position) + quantity * price * costShare;
    const profit = position.direction * (quantity * price - paid(position)) - costs;
    const { direction, entryTime } = position;
    const entry = { direction, entryTime, entryPrice: entryPrice(position) };
    trades.push({ symbol, ...entry, exitTime: time, exitPrice: price, quantity, costs, profit, reason });
    positions.delete(symbol);
  };

  for (const time of times) {
    const bars = new Map(
      symbols.flatMap((symbol) =>
        barsOf
          .get(symbol)!
          .filter((bar) => bar.time === time)
          .map((bar) => [symbol, bar] as const),
      ),
    );
    const now = [...bars.keys()];
    const barNow = (symbol: string) => bars.get(symbol)!;
    const barBefore = (symbol: string) => barsOf.get(symbol)!.findLast((bar) => bar.time < time);

    // the open
    for (const symbol of now) prices.set(symbol, barNow(symbol).open);
    const entering: { symbol: string; direction: number }[] = [];
    for (const symbol of now) {
      const decided = barBefore(symbol);
      if (decided === undefined || decided.decision === 0 || ruined) continue;
      const last = executed.get(symbol);
      if (last !== undefined && decided.time - last < settings.minSeparation) continue;
      const held = positions.get(symbol);
      if (held !== undefined && held.direction !== decided.decision) {
        close(symbol, time, barNow(symbol).open, 'signal');
        executed.set(symbol, decided.time);
      } else if (held === undefined && decided.decision === -1 && !settings.allowShort) {
        continue;
      } else if (held === undefined || !settings.positionAwareness) {
        entering.push({ symbol, direction: decided.decision });
      }
    }
    const capital = account();
    const used = sum([...positions.keys()].map(worth));
    const wishes = entering.map(({ symbol }) => {
      const closes = barsOf
        .get(symbol)!
        .filter((bar) => bar.time < time)
        .map((bar) => bar.close);
      const most = budget(settings, capital, symbols.length, closes, barsPerYear[symbols.indexOf(symbol)]!);
      return Math.max(0, most - (positions.has(symbol) ? worth(symbol) : 0));
    });
    const enough = sum(wishes) <= capital - used;
    entering.forEach(({ symbol, direction }, index) => {
      if (wishes[index] === 0) return;
      const money = enough ? wishes[index]! : (wishes[index]! / sum(wishes)) * Math.max(0, capital - used);
      const value = money / (1 + costShare);
      if (value <= capital * 1e-9) return;
      const price = prices.get(symbol)!;
      const fill = { units: value / price, price, costs: value * costShare };
      const position = positions.get(symbol) ?? { direction, entryTime: time, fills: [] };
      positions.set(symbol, { ...position, fills: [...position.fills, fill] });
      executed.set(symbol, barBefore(symbol)!.time);
    });

    // within the bar
    const exposed = positions.size > 0;
    for (const symbol of now) {
      const position = positions.get(symbol);
      const bar = barNow(symbol);
      if (position !== undefined) {
        const exit = stopOrTarget(position.direction, entryPrice(position), bar, settings);
        if (exit !== null) close(symbol, time, exit.price, exit.reason);
      }
      prices.set(symbol, bar.close);
      if (positions.has(symbol) && barsOf.get(symbol)!.at(-1) === bar) close(symbol, time, bar.close, 'end');
    }

    // the close
    if (!ruined && account() <= 0) {
      ruined = true;
      for (const symbol of symbols) {
        if (!positions.has(symbol)) continue;
        const last = barsOf.get(symbol)!.findLast((bar) => bar.time <= time)!;
        close(symbol, last.time, last.close, 'ruin');
      }
    }
    equity.push({ time, value: account(), exposed });
  }
  return { equity, trades };
}

function toBars({ bars, decision }: SymbolSignals): Bar[] {
  return Array.from({ length: bars.length }, (_, t) => ({
    time: bars.time[t]!,
    open: bars.open[t]!,
    high: bars.high[t]!,
    low: bars.low[t]!,
    close: bars.close[t]!,
    decision: decision[t]!,
  }));
}

/** The first price of the bar that leaves the position: the open, then the stop, then the target. */
function stopOrTarget(
  direction: number,
  entry: number,
  bar: Bar,
  { stopLoss, takeProfit }: BacktestSettings,
): { price: number; reason: ExitReason } | null {
  const loss = (price: number) => (direction === 1 ? entry - price : price - entry);
  const stop = stopLoss === null ? null : entry - direction * entry * stopLoss;
  const target = takeProfit === null ? null : entry + direction * entry * takeProfit;
  if (stop !== null && loss(bar.open) >= loss(stop)) return { price: bar.open, reason: 'stop_loss' };
  if (target !== null && loss(bar.open) <= loss(target)) return { price: bar.open, reason: 'take_profit' };
  const [worst, best] = direction === 1 ? [bar.low, bar.high] : [bar.high, bar.low];
  if (stop !== null && loss(worst) >= loss(stop)) return { price: stop, reason: 'stop_loss' };
  if (target !== null && loss(best) <= loss(target)) return { price: target, reason: 'take_profit' };
  return null;
}

function budget(
  { sizing }: BacktestSettings,
  capital: number,
  symbols: number,
  closes: readonly number[],
  barsPerYear: number,
): number {
  if (sizing.type === 'all_in') return capital / symbols;
  if (sizing.type === 'fixed_fraction') return capital * sizing.fraction;
  const returns = closes
    .slice(1)
    .map((close, t) => close / closes[t]! - 1)
    .slice(-60);
  if (returns.length < 20) return 0;
  const mean = sum(returns) / returns.length;
  const variance = sum(returns.map((value) => (value - mean) ** 2)) / (returns.length - 1);
  const yearly = Math.sqrt(variance * barsPerYear);
  return yearly === 0 ? capital : capital * Math.min(1, sizing.annual_volatility / yearly);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
