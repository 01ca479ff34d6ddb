import type { ParameterValue } from '../model.js';

/** Columns that an indicator can use as its source. */
export const BAR_COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;
type BarColumn = (typeof BAR_COLUMNS)[number];

/** The columns of bars, each of `length`. `Bars` of market-data fits this type. */
export interface BarColumns extends Readonly<Record<BarColumn, Float64Array>> {
  readonly length: number;
}

/** A parameter of an indicator type: its allowed values and its default. */
export type ParameterDefinition = (
  | { kind: 'whole'; default: number; min: number; max: number }
  /** `above` and `below` are exclusive. */
  | { kind: 'real'; default: number; min?: number; above?: number; max?: number; below?: number }
  | { kind: 'flag'; default: boolean }
  | { kind: 'choice'; default: string; options: readonly string[] }
  | { kind: 'column'; default: BarColumn }
) & {
  /** Why a file may set the parameter although it has no effect. */
  noEffect?: string;
};

/** The parameters of an indicator type, by name. */
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

/** One type of indicator. The registry has one entry per file of this folder. */
export interface IndicatorType<D extends ParameterDefinitions = ParameterDefinitions> {
  /** Canonical name: lower case, letters only. */
  type: string;
  /** One-line description. */
  summary: string;
  /** Alternative names, lower case, letters only. An alias may fix parameters. */
  aliases: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>>;
  parameters: D;
  /** Alternative names of parameters. */
  parameterAliases: Readonly<Record<string, keyof D & string>>;
  /** The first is the primary output, which an id without an output name refers to. */
  outputs: readonly [string, ...string[]];
  /** True if it is a ratio of prices, or of sums of them: prices of its source must be above 0. */
  needsRatio?: true;
  /** Why its values must not enter a network: they become known only after their bar. */
  lookAhead?: string;
  /** Number of bars before the first value: one number for all outputs, or one per output. */
  lookback(parameters: Parameters<D>): number | readonly number[];
  /**
   * Returns one series of `bars.length` per output, with `NaN` before the lookback. Value t must depend on bars 0..t
   * only. Too few bars give only `NaN`. Must be O(bars).
   */
  compute(bars: BarColumns, parameters: Parameters<D>): Float64Array[];
}

/** Defines an indicator with typed parameters. Outside its file, the parameters are a plain record. */
export function defineIndicator<const D extends ParameterDefinitions>(
  definition: IndicatorType<D>,
): IndicatorType {
  return definition as unknown as IndicatorType;
}

/** Number of bars before the first value, for each output. */
export function outputLookbacks(
  type: IndicatorType,
  parameters: Readonly<Record<string, ParameterValue>>,
): readonly number[] {
  const lookback = type.lookback(parameters as never);
  return typeof lookback === 'number' ? type.outputs.map(() => lookback) : lookback;
}

/** A series of `NaN`. */
export function undefinedSeries(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

/**
 * Whether an average of gains or ranges has decayed to nothing beside the price. Otherwise a long trading halt would end in
 * denormal numbers, whose quotients are noise. TA-Lib's TA_IS_ZERO compares with 1e-14, which is the same at a price of
 * 100, but the moves of a price near 1e-9 are not much larger than that.
 */
export function isNegligible(value: number, price: number): boolean {
  return Math.abs(value) <= 1e-16 * Math.abs(price);
}

/** Whether a channel is wide enough to be measured: a price has only 16 digits. */
export function hasWidth(lower: number, upper: number): boolean {
  return upper - lower > 1e-12 * Math.max(Math.abs(lower), Math.abs(upper));
}

/** A `source` parameter that defaults to the close. */
export const SOURCE: { kind: 'column'; default: 'close' } = { kind: 'column', default: 'close' };
