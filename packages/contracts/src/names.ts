/** Patterns of names that become parts of file names. Checked wherever a name enters. */

export const SYMBOL_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
/** Names a folder of models and a file `{name}.yaml`. Only single dots, and only inside: `rsi_zigzag_1.5`. */
export const STRATEGY_NAME_PATTERN =
  /^(?=.{1,128}$)(?!.*\.[yY][aA]?[mM][lL]$)[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/;
/** The pattern in words; it continues "is not a strategy name: it must be". */
export const STRATEGY_NAME_RULE =
  '1 to 128 letters, digits, "_", "-" and single dots inside, starting with a letter or digit, without ".yaml" at its end';
export const MODEL_VERSION_PATTERN = /^(1m|5m|15m|30m|1h|4h|1d|1w)_v([1-9][0-9]{0,8})$/;
export const OPERATION_ID_PATTERN = /^op_[a-z]+_[0-9]{8}T[0-9]{6}_[a-z0-9]{4,32}$/;
export const TASK_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Longest name of a strategy file that travels with its text: any path that Linux has. */
export const MAX_FILE_NAME_LENGTH = 4096;

/** Timeframes from finest to coarsest. */
export const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Length of a bar in ms. */
export const TIMEFRAME_MS: Readonly<Record<Timeframe, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
  '1w': 604_800_000,
};

export function isTimeframe(value: string): value is Timeframe {
  return Object.hasOwn(TIMEFRAME_MS, value);
}

/** Who uses a queue: the name of an account, or an address. */
export const USER_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
