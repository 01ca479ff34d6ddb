import { barsPerYear } from './bars-per-year.js';
import type { SymbolSignals } from './settings.js';

/** One symbol during a simulation: its bars and its position. */
export class Market {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly decision: Int8Array;
  readonly length: number;

  /** The newest bar; -1 before the first. */
  bar = -1;
  /** The newest bar belongs to the current step of the clock. */
  trading = false;
  /** Price at which the position is valued. */
  mark = 0;
  /** Units: above 0 long, below 0 short, 0 without a position. */
  quantity = 0;
  entryBar = 0;
  entryPrice = 0;
  /** Costs of the position so far. */
  costs = 0;
  /** Prices that close the position; never reached if they are infinite. */
  stop = 0;
  target = 0;
  /** Time of the bar of the last executed decision. */
  lastDecision = -Infinity;
  /** Direction and budget of the order that waits for its fill. */
  orderDirection = 0;
  orderBudget = 0;
  private yearlyBars: number | null = null;

  constructor(
    readonly index: number,
    { bars, decision }: SymbolSignals,
  ) {
    this.time = bars.time;
    this.open = bars.open;
    this.high = bars.high;
    this.low = bars.low;
    this.close = bars.close;
    this.decision = decision;
    this.length = bars.length;
  }

  get barsPerYear(): number {
    return (this.yearlyBars ??= barsPerYear(this.time));
  }

  /** Opens or increases a position. */
  add(
    quantity: number,
    price: number,
    costs: number,
    stopLoss: number | null,
    takeProfit: number | null,
  ): void {
    if (this.quantity === 0) {
      this.entryBar = this.bar;
      this.entryPrice = price;
      this.costs = costs;
    } else {
      const units = this.quantity + quantity;
      this.entryPrice = (this.entryPrice * this.quantity + price * quantity) / units;
      this.costs += costs;
    }
    this.quantity += quantity;
    const side = this.quantity > 0 ? 1 : -1;
    this.stop = stopLoss === null ? -side * Infinity : this.entryPrice * (1 - side * stopLoss);
    this.target = takeProfit === null ? side * Infinity : this.entryPrice * (1 + side * takeProfit);
  }
}
