import type { Timeframe } from '@ktrdr/contracts';
import { alignToBase, type Bars, type StaleStretch } from '@ktrdr/market-data';

import { degreesWriter } from '../fuzzy/membership.js';
import { indicatorType } from '../indicators/registry.js';
import type { NormalisationMethod, PriceRatioTransform } from '../model.js';
import { featureColumns } from './feature-columns.js';
import type { FeatureColumn, FeatureSettings } from './feature-columns.js';

/** How a column is scaled before it enters the network. The scaling is fitted on training rows. */
export interface NormalisationRule {
  feature: string;
  method: NormalisationMethod;
}

/** Features of one symbol, one row per base bar. */
export interface FeatureMatrix {
  /** Feature ids in column order: `strategy.features`. */
  names: string[];
  /** Number of base bars. */
  rows: number;
  /**
   * `[rows, names.length]`, row-major: fuzzy degrees in 0..1 and unscaled raw values; `NaN` means undefined. Degrees
   * alone have 32 bits, the precision of the network. Raw values have 64, because they are scaled first.
   */
  values: Float32Array | Float64Array;
  /** One rule per column. */
  normalisation: NormalisationRule[];
}

/**
 * Computes all features of a strategy for one symbol. Row t depends only on what was known at the close of base bar t:
 * a bar of another timeframe is visible from its own close on.
 *
 * @param barsByTimeframe bars of every timeframe of the strategy, including the history
 * @param stale base bars without values of another timeframe, because its file does not cover them
 */
export function computeFeatures(
  strategy: FeatureSettings,
  barsByTimeframe: ReadonlyMap<Timeframe, Bars>,
  stale: readonly StaleStretch[] = [],
): FeatureMatrix {
  const base = barsOf(barsByTimeframe, strategy.baseTimeframe);
  const columns = featureColumns(strategy);
  const names = strategy.features;
  const size = base.length * names.length;
  const raw = columns.some(({ kind }) => kind === 'raw');
  const values = raw ? new Float64Array(size) : new Float32Array(size);
  if (strategy.lookbackPeriods > 0) values.fill(Number.NaN);
  for (const timeframe of new Set(columns.map((column) => column.timeframe))) {
    const bars = barsOf(barsByTimeframe, timeframe);
    const rowOf = timeframe === strategy.baseTimeframe ? null : alignToBase(base, bars);
    if (rowOf !== null)
      hideStale(
        rowOf,
        base,
        stale.filter((stretch) => stretch.timeframe === timeframe),
      );
    const placed = columns.flatMap((column, index) =>
      column.timeframe === timeframe ? [{ column, index }] : [],
    );
    const indicators = [...new Set(placed.map(({ column }) => column.series.indicator))];
    // One indicator at a time, so that only one indicator's series are in memory.
    for (const indicator of indicators) {
      const outputs = computeIndicator(strategy, indicator, bars);
      const writers = placed
        .filter(({ column }) => column.series.indicator === indicator)
        .map(({ column, index }) => columnWriter(column, index, outputs[column.series.output]!, bars, rowOf));
      writeColumns(writers, base.length, values, names.length);
    }
  }
  writeLags(values, names.length, columns.length, strategy.lookbackPeriods);
  return { names, rows: base.length, values, normalisation: featureNormalisation(strategy) };
}

/** Sets the base bars inside the stretches to -1. Stretches ascend and do not overlap. */
function hideStale(rowOf: Int32Array, base: Bars, stretches: readonly StaleStretch[]): void {
  let next = 0;
  for (let row = 0; row < base.length; row += 1) {
    const time = base.time[row]!;
    while (next < stretches.length && stretches[next]!.to < time) next += 1;
    if (next === stretches.length) return;
    if (time >= stretches[next]!.from) rowOf[row] = -1;
  }
}

/** Rows written per block, so that a block stays in the processor's cache until all its columns are written. */
const ROWS_PER_BLOCK = 512;

/** Writes `count` rows of a column, starting with row `start`, to `to[at]`, `to[at + width]`, ... */
type WriteColumn = (
  start: number,
  count: number,
  to: Float32Array | Float64Array,
  at: number,
  width: number,
) => void;

function computeIndicator(strategy: FeatureSettings, id: string, bars: Bars): Float64Array[] {
  const { type, parameters } = strategy.indicators.find((indicator) => indicator.id === id)!;
  return indicatorType(type).compute(bars, parameters as never);
}

/** @param rowOf the bar that each base bar sees, -1 for none; `null` for the base timeframe itself */
function columnWriter(
  column: FeatureColumn,
  index: number,
  series: Float64Array,
  bars: Bars,
  rowOf: Int32Array | null,
): { index: number; write: WriteColumn } {
  const transform = column.kind === 'raw' ? null : column.fuzzySet.transform;
  const input = transform === null ? series : priceRatio(series, bars, transform);
  const degrees = column.kind === 'raw' ? writeRaw : degreesWriter(column.membership);
  if (rowOf === null) {
    return { index, write: (start, count, to, at, width) => degrees(input, start, count, to, at, width) };
  }
  const own = new Float64Array(bars.length);
  degrees(input, 0, bars.length, own, 0, 1);
  return {
    index,
    write: (start, count, to, at, width) => writeAligned(own, rowOf, start, count, to, at, width),
  };
}

function writeColumns(
  writers: readonly { index: number; write: WriteColumn }[],
  rows: number,
  values: Float32Array | Float64Array,
  width: number,
): void {
  for (let start = 0; start < rows; start += ROWS_PER_BLOCK) {
    const count = Math.min(ROWS_PER_BLOCK, rows - start);
    for (const { index, write } of writers) write(start, count, values, start * width + index, width);
  }
}

/** Price / indicator: 1 when the price equals the average. Undefined if the indicator is undefined or 0. */
function priceRatio(indicator: Float64Array, bars: Bars, { reference }: PriceRatioTransform): Float64Array {
  const price = bars[reference];
  return indicator.map((value, t) => (value === 0 ? Number.NaN : price[t]! / value));
}

/** Writes the values; infinite ones become undefined. */
function writeRaw(
  series: Float64Array,
  start: number,
  count: number,
  to: Float32Array | Float64Array,
  at: number,
  width: number,
): void {
  for (let t = start, out = at; t < start + count; t++, out += width) {
    to[out] = series[t]! + (series[t]! - series[t]!);
  }
}

/** Writes the values of another timeframe's bars into the rows that see them. */
function writeAligned(
  series: Float64Array,
  rowOf: Int32Array,
  start: number,
  count: number,
  to: Float32Array | Float64Array,
  at: number,
  width: number,
): void {
  for (let t = start, out = at; t < start + count; t++, out += width) {
    const row = rowOf[t]!;
    to[out] = row < 0 ? Number.NaN : series[row]!;
  }
}

/** Repeats the first `count` columns, delayed by 1..lags rows. */
function writeLags(values: Float32Array | Float64Array, width: number, count: number, lags: number): void {
  const rows = values.length / width;
  for (let lag = 1; lag <= lags; lag++) {
    for (let t = lag; t < rows; t++) {
      const from = (t - lag) * width;
      values.copyWithin(t * width + lag * count, from, from + count);
    }
  }
}

/** The scaling of each feature of a strategy, in column order. */
export function featureNormalisation(strategy: FeatureSettings): NormalisationRule[] {
  const columns = featureColumns(strategy);
  return strategy.features.map((feature, index) => {
    const column = columns[index % columns.length]!;
    return { feature, method: column.kind === 'raw' ? column.normalisation : 'none' };
  });
}

function barsOf(barsByTimeframe: ReadonlyMap<Timeframe, Bars>, timeframe: Timeframe): Bars {
  const bars = barsByTimeframe.get(timeframe);
  if (bars === undefined) throw new Error(`missing ${timeframe} bars`);
  return bars;
}
