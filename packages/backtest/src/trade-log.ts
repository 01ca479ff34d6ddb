import { EXIT_REASONS, type ExitReason } from '@ktrdr/contracts';
import type { TradeColumns } from './simulation.js';

const FIRST_CAPACITY = 256;
/** Index of each reason in `EXIT_REASONS`. */
const REASON_CODE = Object.fromEntries(EXIT_REASONS.map((reason, index) => [reason, index])) as Record<
  ExitReason,
  number
>;

/** Collects closed positions in columns that grow by doubling. */
export class TradeLog {
  private length = 0;
  private columns = emptyColumns(FIRST_CAPACITY);

  add(
    symbol: number,
    entryBar: number,
    exitBar: number,
    entryPrice: number,
    exitPrice: number,
    /** Units; below 0 for a short position. */
    signedQuantity: number,
    costs: number,
    reason: ExitReason,
  ): void {
    if (this.length === this.columns.symbol.length) this.grow();
    const { columns, length: row } = this;
    columns.symbol[row] = symbol;
    columns.direction[row] = signedQuantity > 0 ? 1 : -1;
    columns.entryBar[row] = entryBar;
    columns.exitBar[row] = exitBar;
    columns.entryPrice[row] = entryPrice;
    columns.exitPrice[row] = exitPrice;
    columns.quantity[row] = Math.abs(signedQuantity);
    columns.costs[row] = costs;
    columns.profit[row] = (exitPrice - entryPrice) * signedQuantity - costs;
    columns.exitReason[row] = REASON_CODE[reason];
    this.length += 1;
  }

  /** The trades so far. The columns are views of the log. */
  trades(): TradeColumns {
    const { columns, length } = this;
    return {
      length,
      symbol: columns.symbol.subarray(0, length),
      direction: columns.direction.subarray(0, length),
      entryBar: columns.entryBar.subarray(0, length),
      exitBar: columns.exitBar.subarray(0, length),
      entryPrice: columns.entryPrice.subarray(0, length),
      exitPrice: columns.exitPrice.subarray(0, length),
      quantity: columns.quantity.subarray(0, length),
      costs: columns.costs.subarray(0, length),
      profit: columns.profit.subarray(0, length),
      exitReason: columns.exitReason.subarray(0, length),
    };
  }

  private grow(): void {
    const larger = emptyColumns(this.length * 2);
    larger.symbol.set(this.columns.symbol);
    larger.direction.set(this.columns.direction);
    larger.entryBar.set(this.columns.entryBar);
    larger.exitBar.set(this.columns.exitBar);
    larger.entryPrice.set(this.columns.entryPrice);
    larger.exitPrice.set(this.columns.exitPrice);
    larger.quantity.set(this.columns.quantity);
    larger.costs.set(this.columns.costs);
    larger.profit.set(this.columns.profit);
    larger.exitReason.set(this.columns.exitReason);
    this.columns = larger;
  }
}

function emptyColumns(capacity: number): Omit<TradeColumns, 'length'> {
  return {
    symbol: new Int32Array(capacity),
    direction: new Int8Array(capacity),
    entryBar: new Int32Array(capacity),
    exitBar: new Int32Array(capacity),
    entryPrice: new Float64Array(capacity),
    exitPrice: new Float64Array(capacity),
    quantity: new Float64Array(capacity),
    costs: new Float64Array(capacity),
    profit: new Float64Array(capacity),
    exitReason: new Uint8Array(capacity),
  };
}
