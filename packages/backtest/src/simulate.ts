import type { ExitReason } from '@ktrdr/contracts';
import { mergeClocks } from './clock.js';
import { costRate } from './costs.js';
import { Market } from './market.js';
import { positionBudget } from './position-size.js';
import type { BacktestSettings, SymbolSignals } from './settings.js';
import type { Simulation } from './simulation.js';
import { TradeLog } from './trade-log.js';
import { validateSettings } from './validate-settings.js';
import { validateSymbols } from './validate-symbols.js';

/** A fill smaller than this share of the equity is only rounding, and is left out. */
const SMALLEST_FILL = 1e-9;

/**
 * Turns decisions into trades of one account. A decision at the close of a bar is filled at the open of the symbol's next bar;
 * docs/backtest.md has all of the rules. Nothing at a step depends on a later bar.
 *
 * @throws KtrdrError for settings or bars that cannot be traded
 */
export function simulate(symbols: readonly SymbolSignals[], settings: BacktestSettings): Simulation {
  validateSettings(settings);
  validateSymbols(symbols);
  return new Account(symbols, settings).run();
}

/** One account that trades several markets. */
class Account {
  private readonly time: Float64Array;
  private readonly equity: Float64Array;
  private readonly markets: Market[];
  private readonly log = new TradeLog();
  /** Markets with an order to open or to increase a position at this step. */
  private readonly orders: Market[] = [];
  /** Costs of a fill, as a share of its value. */
  private readonly rate: number;
  private readonly protects: boolean;
  private cash: number;
  private tradedValue = 0;
  private exposedSteps = 0;
  private ruinedAt: number | null = null;

  constructor(
    symbols: readonly SymbolSignals[],
    private readonly settings: BacktestSettings,
  ) {
    this.time = mergeClocks(symbols);
    this.equity = new Float64Array(this.time.length);
    this.markets = symbols.map((symbol, index) => new Market(index, symbol));
    this.rate = costRate(settings);
    this.protects = settings.stopLoss !== null || settings.takeProfit !== null;
    this.cash = settings.capital;
  }

  run(): Simulation {
    const { time, equity } = this;
    for (let step = 0; step < time.length; step++) {
      this.fillAtOpen(time[step]!);
      this.passBar();
      const value = this.value();
      equity[step] = value;
      if (value <= 0 && this.ruinedAt === null) equity[step] = this.ruin(step);
    }
    return {
      time,
      equity,
      trades: this.log.trades(),
      exposedSteps: this.exposedSteps,
      tradedValue: this.tradedValue,
      ruinedAt: this.ruinedAt,
    };
  }

  /** The open: positions are closed first, so that new ones can use their capital. */
  private fillAtOpen(now: number): void {
    const { markets } = this;
    for (let index = 0; index < markets.length; index++) {
      const market = markets[index]!;
      const next = market.bar + 1;
      market.trading = next < market.length && market.time[next] === now;
      if (!market.trading) continue;
      market.bar = next;
      market.mark = market.open[next]!;
      if (next > 0 && market.decision[next - 1] !== 0) this.decide(market, market.decision[next - 1]!);
    }
    if (this.orders.length > 0) this.fillOrders();
  }

  /** Executes a decision of the bar before: closes the position, or orders one. */
  private decide(market: Market, direction: number): void {
    const { minSeparation, positionAwareness, allowShort } = this.settings;
    const time = market.time[market.bar - 1]!;
    if (time - market.lastDecision < minSeparation || this.ruinedAt !== null) return;
    if (market.quantity * direction < 0) {
      this.close(market, market.mark, 'signal');
      market.lastDecision = time;
      return;
    }
    if (market.quantity === 0 ? direction < 0 && !allowShort : positionAwareness) return;
    market.orderDirection = direction;
    this.orders.push(market);
  }

  /** Fills all orders of a step. If the free capital is not enough, each gets the same share of what it wants. */
  private fillOrders(): void {
    const { markets, orders, settings, rate } = this;
    const equity = this.value();
    let free = equity;
    for (const { quantity, mark } of markets) free -= Math.abs(quantity * mark);
    let wanted = 0;
    for (const market of orders) {
      const { close, bar, quantity, mark } = market;
      const yearly = settings.sizing.type === 'volatility_target' ? market.barsPerYear : 0;
      const budget = positionBudget(settings.sizing, equity, markets.length, close, bar - 1, yearly);
      market.orderBudget = Math.max(0, budget - Math.abs(quantity * mark));
      wanted += market.orderBudget;
    }
    const share = wanted > free && wanted > 0 ? Math.max(0, free) / wanted : 1;
    for (const market of orders) {
      const value = (market.orderBudget * share) / (1 + rate);
      if (value <= SMALLEST_FILL * equity) continue;
      const quantity = (market.orderDirection * value) / market.mark;
      this.cash -= quantity * market.mark + value * rate;
      this.tradedValue += value;
      market.add(quantity, market.mark, value * rate, settings.stopLoss, settings.takeProfit);
      market.lastDecision = market.time[market.bar - 1]!;
    }
    orders.length = 0;
  }

  /** From the open to the close: stops and targets, and the end of a symbol's bars. */
  private passBar(): void {
    const { markets } = this;
    let exposed = false;
    for (let index = 0; index < markets.length; index++) {
      const market = markets[index]!;
      if (market.quantity !== 0) {
        exposed = true;
        if (this.protects && market.trading) this.protect(market);
      }
      if (!market.trading) continue;
      market.mark = market.close[market.bar]!;
      if (market.quantity !== 0 && market.bar === market.length - 1) this.close(market, market.mark, 'end');
    }
    if (exposed) this.exposedSteps += 1;
  }

  /**
   * Closes a position at its stop or target. The open comes first: a gap beyond one of them fills there. If the bar then reaches
   * both, the stop counts, because the order within a bar is unknown.
   */
  private protect(market: Market): void {
    const { bar, stop, target } = market;
    const open = market.open[bar]!;
    const side = market.quantity > 0 ? 1 : -1;
    const worst = side > 0 ? market.low[bar]! : market.high[bar]!;
    const best = side > 0 ? market.high[bar]! : market.low[bar]!;
    if ((open - stop) * side <= 0) this.close(market, open, 'stop_loss');
    else if ((open - target) * side >= 0) this.close(market, open, 'take_profit');
    else if ((worst - stop) * side <= 0) this.close(market, stop, 'stop_loss');
    else if ((best - target) * side >= 0) this.close(market, target, 'take_profit');
  }

  private close(market: Market, price: number, reason: ExitReason): void {
    const { index, entryBar, bar, entryPrice, quantity } = market;
    const value = Math.abs(quantity * price);
    const costs = value * this.rate;
    this.cash += quantity * price - costs;
    this.tradedValue += value;
    this.log.add(index, entryBar, bar, entryPrice, price, quantity, market.costs + costs, reason);
    market.quantity = 0;
  }

  /** Closes all positions at their newest price. @returns the equity after it */
  private ruin(step: number): number {
    this.ruinedAt = step;
    for (const market of this.markets) if (market.quantity !== 0) this.close(market, market.mark, 'ruin');
    return this.cash;
  }

  /** Equity at the newest prices. */
  private value(): number {
    const { markets } = this;
    let value = this.cash;
    for (let index = 0; index < markets.length; index++) {
      const { quantity, mark } = markets[index]!;
      value += quantity * mark;
    }
    return value;
  }
}
