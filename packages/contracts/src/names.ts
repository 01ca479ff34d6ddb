/** Patterns of names that become parts of file names. Every name is checked where it enters the system. */

/** A symbol, as people write it: `AAPL`, `BRK.B`, `^GSPC`, `EURUSD=X`, `BTC/USDT`. */
export const SYMBOL_PATTERN = /^(?!.*[/][.]{1,2}(?:[/]|$))[A-Za-z0-9^][A-Za-z0-9._=/^:#&!@$+-]{0,31}$/;
/** The rule in words, to follow "must be". */
export const SYMBOL_RULE =
  'a symbol: 1 to 32 letters, digits or characters of "._-=/^:#&!@$+", starting with a letter, a digit or "^", without "." or ".." after a "/"';
/**
 * A strategy name, which also names a folder of models and a file `{name}.yaml`. Dots must be single and inside:
 * `rsi_zigzag_1.5`.
 */
export const STRATEGY_NAME_PATTERN =
  /^(?=.{1,128}$)(?!.*\.[yY][aA]?[mM][lL]$)[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/;
/** The rule in words, to follow "is not a strategy name: it must be". */
export const STRATEGY_NAME_RULE =
  '1 to 128 letters, digits, "_", "-" and single dots inside, starting with a letter or digit, without ".yaml" at the end';
/** A model version: `1h_v3`. */
export const MODEL_VERSION_PATTERN = /^(1m|5m|15m|30m|1h|4h|1d|1w)_v([1-9][0-9]{0,8})$/;
/** An operation id: `op_training_20240131T143000_1a2b`. */
export const OPERATION_ID_PATTERN = /^op_[a-z]+_[0-9]{8}T[0-9]{6}_[a-z0-9]{4,32}$/;
/** Id of an uploaded file: `up_k3f9a1b2c4`. */
export const UPLOAD_ID_PATTERN = /^up_[a-z0-9]{4,32}$/;
/** Name of a profile (saved choices of an import), and of its file without the ending. */
export const PROFILE_NAME_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/;
/** A client's own id for a start request. */
export const TASK_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Maximum length of a strategy's file name: the longest path on Linux. */
export const MAX_FILE_NAME_LENGTH = 4096;

/** Timeframes from finest to coarsest. */
export const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'] as const;
/** Length of a bar in time. */
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Length of each timeframe in ms. */
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

/** True for a known timeframe. */
export function isTimeframe(value: string): value is Timeframe {
  return Object.hasOwn(TIMEFRAME_MS, value);
}

/** A user of the queue: an account name or an email address. */
export const USER_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
