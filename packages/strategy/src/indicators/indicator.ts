import type { ParameterValue } from '../model.js';

export const BAR_COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;
type BarColumn = (typeof BAR_COLUMNS)[number];

/** The columns of bars, all of `length`; a `Bars` of market-data is one. */
export interface BarColumns extends Readonly<Record<BarColumn, Float64Array>> {
  readonly length: number;
}

/** A parameter of an indicator type: what it may be, and what it is when the file says nothing. */
export type ParameterDefinition = (
  | { kind: 'whole'; default: number; min: number; max: number }
  /** `above` and `below` are exclusive. */
  | { kind: 'real'; default: number; min?: number; above?: number; max?: number; below?: number }
  | { kind: 'flag'; default: boolean }
  | { kind: 'choice'; default: string; options: readonly string[] }
  | { kind: 'column'; default: BarColumn }
) & {
  /** Why files may write it although it changes nothing. */
  noEffect?: string;
};

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

/** Values of checked parameters. */
type Parameters<D extends ParameterDefinitions> = {
  readonly [K in keyof D]: D[K] extends { kind: 'column' }
    ? BarColumn
    : D[K] extends { kind: 'flag' }
      ? boolean
      : D[K] extends { kind: 'choice'; options: readonly (infer Option)[] }
        ? Option
        : number;
};

/** One kind of indicator. The registry holds one entry per file beside this one. */
export interface IndicatorType<D extends ParameterDefinitions = ParameterDefinitions> {
  /** Canonical name: lower case, letters only. */
  type: string;
  /** What it is, in one line. */
  summary: string;
  /** Other accepted names, lower case, letters only; an alias may fix parameters. */
  aliases: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>>;
  parameters: D;
  /** Other accepted names of parameters. */
  parameterAliases: Readonly<Record<string, keyof D & string>>;
  /** The first is the primary output: what a plain id means. */
  outputs: readonly [string, ...string[]];
  /** Why its values must not enter a network: they are known only later than the bar they stand at. */
  lookAhead?: string;
  /** Bars before the first value: of every output, or of each where they differ. */
  lookback(parameters: Parameters<D>): number | readonly number[];
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

/** Bars before the first value of each output. */
export function outputLookbacks(
  type: IndicatorType,
  parameters: Readonly<Record<string, ParameterValue>>,
): readonly number[] {
  const lookback = type.lookback(parameters as never);
  return typeof lookback === 'number' ? type.outputs.map(() => lookback) : lookback;
}

/** A series without any value. */
export function undefinedSeries(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

/**
 * TA-Lib's TA_IS_ZERO: an average of gains or ranges that has decayed this far has nothing left. Without it, a long halt
 * of trading ends in denormal numbers, whose quotients are noise.
 */
export function isZero(value: number): boolean {
  return Math.abs(value) < 1e-14;
}

export const SOURCE: { kind: 'column'; default: 'close' } = { kind: 'column', default: 'close' };
