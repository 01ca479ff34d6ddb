import type { Timeframe } from '@ktrdr/contracts';
import { alignToBase } from '@ktrdr/market-data';
import type { Bars } from '@ktrdr/market-data';

import { membershipDegrees } from '../fuzzy/membership.js';
import { indicatorType } from '../indicators/registry.js';
import type { NormalisationMethod, PriceRatioTransform, SeriesReference, Strategy } from '../model.js';
import { featureColumns } from './feature-columns.js';
import type { FeatureColumn } from './feature-columns.js';

/** How a column is scaled before it enters the network; the figures are fitted on training rows. */
export interface NormalisationRule {
  feature: string;
  method: NormalisationMethod;
}

/** Features of one symbol, one row per base bar. */
export interface FeatureMatrix {
  /** Ids in column order: `strategy.features`. */
  names: string[];
  /** Base bars. */
  rows: number;
  /** `[rows, names.length]`, row-major; fuzzy degrees 0..1 and raw values as they are; `NaN` = undefined. */
  values: Float64Array;
  /** One per column. */
  normalisation: NormalisationRule[];
}

/**
 * Computes every feature of a strategy on one symbol's bars. Row t depends only on what was known when base bar t closed:
 * a bar of another timeframe counts from its own close on.
 *
 * @param barsByTimeframe bars of every timeframe of the strategy, history included
 */
export function computeFeatures(
  strategy: Strategy,
  barsByTimeframe: ReadonlyMap<Timeframe, Bars>,
): FeatureMatrix {
  const base = barsOf(barsByTimeframe, strategy.baseTimeframe);
  const columns = featureColumns(strategy);
  const names = strategy.features;
  const values = new Float64Array(base.length * names.length).fill(Number.NaN);
  for (const timeframe of new Set(columns.map((column) => column.timeframe))) {
    const bars = barsOf(barsByTimeframe, timeframe);
    const rowOf = timeframe === strategy.baseTimeframe ? null : alignToBase(base, bars);
    const series = new SeriesCache(strategy, bars);
    columns.forEach((column, index) => {
      if (column.timeframe !== timeframe) return;
      writeColumn(columnValues(column, series, bars), rowOf, values, index, names.length);
    });
  }
  writeLags(values, names.length, columns.length, strategy.lookbackPeriods);
  return { names, rows: base.length, values, normalisation: normalisationRules(columns, strategy) };
}

/** Indicator series of one timeframe, each indicator computed once. */
class SeriesCache {
  private readonly outputs = new Map<string, Float64Array[]>();

  constructor(
    private readonly strategy: Strategy,
    private readonly bars: Bars,
  ) {}

  get({ indicator, output }: SeriesReference): Float64Array {
    let outputs = this.outputs.get(indicator);
    if (outputs === undefined) {
      const { type, parameters } = this.strategy.indicators.find(({ id }) => id === indicator)!;
      outputs = indicatorType(type).compute(this.bars, parameters as never);
      this.outputs.set(indicator, outputs);
    }
    return outputs[output]!;
  }
}

/** A column on its own timeframe's bars. */
function columnValues(column: FeatureColumn, series: SeriesCache, bars: Bars): Float64Array {
  const raw = series.get(column.series);
  if (column.kind === 'raw') return raw;
  const { fuzzySet, membership } = column;
  const input = fuzzySet.transform === null ? raw : priceRatio(raw, bars, fuzzySet.transform);
  return membershipDegrees(membership, input);
}

/** Price / indicator: 1 = the price is at the average. Undefined where the indicator is undefined or 0. */
function priceRatio(indicator: Float64Array, bars: Bars, { reference }: PriceRatioTransform): Float64Array {
  const price = bars[reference];
  return indicator.map((value, t) => (value === 0 ? Number.NaN : price[t]! / value));
}

/** Puts a series into its column; `rowOf` maps base bars to the series' bars (-1 = none yet). */
function writeColumn(
  series: Float64Array,
  rowOf: Int32Array | null,
  values: Float64Array,
  column: number,
  width: number,
): void {
  const rows = values.length / width;
  for (let t = 0, at = column; t < rows; t++, at += width) {
    const row = rowOf === null ? t : rowOf[t]!;
    const value = row < 0 ? Number.NaN : series[row]!;
    values[at] = Number.isFinite(value) ? value : Number.NaN;
  }
}

/** Repeats the first `count` columns, delayed by 1..lags rows. */
function writeLags(values: Float64Array, width: number, count: number, lags: number): void {
  const rows = values.length / width;
  for (let lag = 1; lag <= lags; lag++) {
    for (let t = lag; t < rows; t++) {
      const from = (t - lag) * width;
      values.copyWithin(t * width + lag * count, from, from + count);
    }
  }
}

function normalisationRules(columns: readonly FeatureColumn[], strategy: Strategy): NormalisationRule[] {
  return strategy.features.map((feature, index) => {
    const column = columns[index % columns.length]!;
    return { feature, method: column.kind === 'raw' ? column.normalisation : 'none' };
  });
}

function barsOf(barsByTimeframe: ReadonlyMap<Timeframe, Bars>, timeframe: Timeframe): Bars {
  const bars = barsByTimeframe.get(timeframe);
  if (bars === undefined) throw new Error(`no ${timeframe} bars were given`);
  return bars;
}
