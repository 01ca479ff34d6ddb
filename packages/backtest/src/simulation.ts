/** What `simulate` returns. */

/** Closed positions as columns `[length]`, in the order of their exits. */
export interface TradeColumns {
  length: number;
  /** Index of the symbol. */
  symbol: Int32Array;
  /** 1 long, -1 short. */
  direction: Int8Array;
  /** Bar of the symbol at whose open the position was opened. */
  entryBar: Int32Array;
  /** Bar of the symbol at whose open, or within which, it was closed. */
  exitBar: Int32Array;
  /** Mean price of the units if the position was increased. */
  entryPrice: Float64Array;
  exitPrice: Float64Array;
  /** Units, above 0. */
  quantity: Float64Array;
  /** Costs of both sides, in the currency of the prices. */
  costs: Float64Array;
  /** After costs, in the currency of the prices. */
  profit: Float64Array;
  /** Index in `EXIT_REASONS`. */
  exitReason: Uint8Array;
}

/** Fills and equity of one account. */
export interface Simulation {
  /** `[steps]`: open times of the merged clock, ms UTC: each time at which a symbol has a bar. */
  time: Float64Array;
  /** `[steps]`: equity at the close of each step. */
  equity: Float64Array;
  trades: TradeColumns;
  /** Steps with an open position. */
  exposedSteps: number;
  /** Value of all fills, in the currency of the prices. */
  tradedValue: number;
  /** Step after which a short position had lost the whole capital, or `null`. */
  ruinedAt: number | null;
}
