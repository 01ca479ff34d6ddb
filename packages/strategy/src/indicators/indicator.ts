import type { ParameterValue } from '../model.js';

export const BAR_COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;
type BarColumn = (typeof BAR_COLUMNS)[number];

/** The columns of bars, all of `length`; a `Bars` of market-data is one. */
interface BarColumns extends Readonly<Record<BarColumn, Float64Array>> {
  readonly length: number;
}

/** A parameter of an indicator type: what it may be, and what it is when the file says nothing. */
export type ParameterDefinition =
  | { kind: 'whole'; default: number; min: number; max: number }
  /** `above` is exclusive. */
  | { kind: 'real'; default: number; above: number; max: number }
  | { kind: 'column'; default: BarColumn };

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

/** Values of checked parameters. */
type Parameters<D extends ParameterDefinitions> = {
  readonly [K in keyof D]: D[K] extends { kind: 'column' } ? BarColumn : number;
};

/** One kind of indicator. The registry holds one entry per file beside this one. */
export interface IndicatorType<D extends ParameterDefinitions = ParameterDefinitions> {
  /** Canonical name: lower case, letters only. */
  type: string;
  /** Other accepted names, lower case, letters only; an alias may fix parameters. */
  aliases: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>>;
  parameters: D;
  /** Other accepted names of parameters. */
  parameterAliases: Readonly<Record<string, keyof D & string>>;
  /** The first is the primary output: what a plain id means. */
  outputs: readonly [string, ...string[]];
  /** Bars before the first with a value in every output. */
  lookback(parameters: Parameters<D>): number;
  /**
   * One series of `bars.length` per output, `NaN` before the lookback; value t depends on bars 0..t only.
   * Too few bars give only `NaN`. O(bars).
   */
  compute(bars: BarColumns, parameters: Parameters<D>): Float64Array[];
}

/** Keeps the parameters' types inside an indicator's file; outside, parameters are a plain record. */
export function defineIndicator<const D extends ParameterDefinitions>(
  definition: IndicatorType<D>,
): IndicatorType {
  return definition as unknown as IndicatorType;
}

/** A series without any value. */
export function undefinedSeries(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

export const SOURCE: { kind: 'column'; default: 'close' } = { kind: 'column', default: 'close' };
