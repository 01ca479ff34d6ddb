import {
  isTimeframe,
  KtrdrError,
  SYMBOL_PATTERN,
  SYMBOL_RULE,
  shown,
  timeframeHint,
  TIMEFRAMES,
} from '@ktrdr/contracts';
import type { Timeframe } from '@ktrdr/contracts';
import { parseDateRange } from '@ktrdr/market-data';
import * as z from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type { StrategyVersion } from '../model.js';
import { choice, describe, text, whole } from '../schema.js';
import type { Reader } from '../section.js';

/** Symbols and timeframes from the command line, which replace the file's lists. */
export interface StrategyOverrides {
  symbols?: readonly string[];
  timeframes?: readonly string[];
}

/** The bars that a strategy is trained on. */
export interface TrainingData {
  symbols: string[];
  timeframes: Timeframe[];
  baseTimeframe: Timeframe;
  historyRequired: number;
}

const TIMEFRAME_RULE = `one of ${TIMEFRAMES.join(', ')}`;

const symbolName = text(SYMBOL_RULE)
  .refine((name) => SYMBOL_PATTERN.test(name), {
    error: (issue) => `is ${describe(issue.input)}; must be ${SYMBOL_RULE}`,
  })
  .meta({ pattern: SYMBOL_PATTERN.source });

const timeframeName = z
  .unknown()
  .transform((value, context): Timeframe => {
    if (typeof value === 'string' && isTimeframe(value)) return value;
    const hint = typeof value === 'string' ? timeframeHint(value) : '';
    context.addIssue({ code: 'custom', message: `is ${describe(value)}; must be ${TIMEFRAME_RULE}${hint}` });
    return z.NEVER;
  })
  .meta({ type: 'string', enum: [...TIMEFRAMES] });

const symbolList = z
  .array(symbolName, { error: (issue) => `is ${describe(issue.input)}; must be a list of symbols` })
  .min(1, { error: 'is an empty list; name at least one symbol' })
  .max(LIMITS.symbols, { error: `is too long; at most ${LIMITS.symbols} symbols are allowed` });
const timeframeList = z
  .array(timeframeName, { error: (issue) => `is ${describe(issue.input)}; must be a list of timeframes` })
  .min(1, { error: 'is an empty list; name at least one timeframe' })
  .max(4 * TIMEFRAMES.length, { error: `is too long; there are ${TIMEFRAMES.length} timeframes` });

const SYMBOL_MODES = ['single', 'multi_symbol', 'single_symbol'] as const;
const TIMEFRAME_MODES = ['single', 'multi_timeframe', 'single_timeframe'] as const;
const HISTORY = whole(LIMITS.historyRequired.min, LIMITS.historyRequired.max)
  .default(200)
  .describe('Bars before the first row, for indicators to warm up.');
const DATE = z.string().meta({ format: 'date' });

/** Schema of `training_data` in the current grammar, for its description. */
export const TRAINING_DATA = z.object({
  symbols: z
    .object({
      mode: choice(SYMBOL_MODES)
        .optional()
        .describe('One symbol or several. This is a note for readers; the list decides.'),
      symbol: symbolName.optional().describe('One symbol.'),
      list: symbolList.optional().describe('Several symbols.'),
    })
    .describe('The symbols whose bars are used: symbol, or list.'),
  timeframes: z
    .object({
      mode: choice(TIMEFRAME_MODES)
        .optional()
        .describe('One timeframe or several. This is a note for readers; the list decides.'),
      timeframe: timeframeName.optional().describe('One timeframe.'),
      list: timeframeList.optional().describe('Several timeframes.'),
      base_timeframe: timeframeName
        .optional()
        .describe('The timeframe whose bars are the rows. Default: the finest one.'),
    })
    .describe('The timeframes whose bars are used: timeframe, or list.'),
  history_required: HISTORY,
  start_date: DATE.optional().describe('First day of the bars, if the training request has none.'),
  end_date: DATE.optional().describe('Last day of the bars, if the training request has none.'),
});

/**
 * Reads the symbols and timeframes. v1 has `data` with the lists `symbols` and `timeframes`; the defaults are AAPL, 1h
 * and 200 bars. v2 and v3 have `training_data` with a map for each, which has `list`, `symbols` or `symbol`. The
 * command line replaces both lists.
 */
export function readTrainingData(
  reader: Reader,
  version: StrategyVersion,
  overrides: StrategyOverrides,
): TrainingData | null {
  const section: Path = [version === 'v1' ? 'data' : 'training_data'];
  const map = reader.map(
    section,
    version === 'v1' ? undefined : 'it says which symbols and timeframes to train on',
  );
  if (map === null && version !== 'v1') return null;
  reader.warnUnknown(section, [
    'symbols',
    'timeframes',
    'history_required',
    'start_date',
    'end_date',
    'date_range',
  ]);
  const symbols = readSymbols(reader, section, version, overrides.symbols);
  const timeframes = readTimeframes(reader, section, version, overrides.timeframes);
  const historyPath = [...section, 'history_required'];
  const history = reader.parse(HISTORY, reader.document.get(historyPath), historyPath);
  if (symbols === null || timeframes === null || history === null) return null;
  return { symbols, ...timeframes, historyRequired: history };
}

/**
 * Reads the file's dates from the first place that has any: training_data.date_range, training_data itself,
 * training.date_range.
 */
export function readDateRange(reader: Reader): { start?: string; end?: string } {
  const places: Path[] = [
    ['training_data', 'date_range'],
    ['training_data'],
    ['data'],
    ['training', 'date_range'],
  ];
  const [start, end] = (['start', 'end'] as const).map((which) =>
    firstDate(
      reader,
      places.map((path) => [...path, path.at(-1) === 'date_range' ? which : `${which}_date`]),
      which,
    ),
  );
  if (start != null && end != null) checkDates(reader, end.path, { start: start.date, end: end.date });
  return { ...(start && { start: start.date }), ...(end && { end: end.date }) };
}

/** Checks the names from the command line. The file's lists are not used then. */
export function checkOverrides({ symbols, timeframes }: StrategyOverrides): void {
  const badSymbol = symbols?.find((symbol) => !SYMBOL_PATTERN.test(symbol));
  if (badSymbol !== undefined) {
    throw new KtrdrError('invalid_name', `${shown(badSymbol)} is not valid; must be ${SYMBOL_RULE}`);
  }
  const badTimeframe = timeframes?.find((timeframe) => !isTimeframe(timeframe));
  if (badTimeframe !== undefined) {
    const hint = timeframeHint(badTimeframe);
    throw new KtrdrError(
      'invalid_name',
      `${shown(badTimeframe)} is not valid; must be ${TIMEFRAME_RULE}${hint}`,
    );
  }
  if (symbols?.length === 0 || timeframes?.length === 0) {
    throw new KtrdrError(
      'invalid_request',
      'the list of symbols or timeframes is empty; omit it, or name at least one',
    );
  }
  if ((symbols?.length ?? 0) > LIMITS.symbols) {
    throw new KtrdrError(
      'invalid_request',
      `${symbols!.length} symbols are given; at most ${LIMITS.symbols} are allowed`,
    );
  }
}

function readSymbols(
  reader: Reader,
  section: Path,
  version: StrategyVersion,
  override: readonly string[] | undefined,
): string[] | null {
  const path = [...section, 'symbols'];
  const optional = override !== undefined;
  const keys = ['list', 'symbols', 'symbol'] as const;
  const read =
    version === 'v1'
      ? reader.parse(symbolList.default(['AAPL']), reader.written(path), path)
      : readNames(reader, path, keys, SYMBOL_MODES, symbolList, 'symbol: AAPL', optional, [
          'selection_criteria',
        ]);
  return override === undefined ? read && withoutRepeats(reader, path, read) : [...new Set(override)];
}

function readTimeframes(
  reader: Reader,
  section: Path,
  version: StrategyVersion,
  override: readonly string[] | undefined,
): Pick<TrainingData, 'timeframes' | 'baseTimeframe'> | null {
  const path = [...section, 'timeframes'];
  const keys = ['list', 'timeframes', 'timeframe'] as const;
  const read =
    version === 'v1'
      ? reader.parse(timeframeList.default(['1h']), reader.written(path), path)
      : readNames(
          reader,
          path,
          keys,
          TIMEFRAME_MODES,
          timeframeList,
          'timeframe: 1h',
          override !== undefined,
          ['base_timeframe'],
        );
  const timeframes =
    override === undefined ? read && withoutRepeats(reader, path, read) : [...new Set(override)];
  if (timeframes === null) return null;
  const names = timeframes.filter(isTimeframe);
  const basePath = [...path, 'base_timeframe'];
  const written = version === 'v1' ? undefined : reader.document.get(basePath);
  const finest = TIMEFRAMES.find((timeframe) => names.includes(timeframe))!;
  if (written === undefined) return { timeframes: names, baseTimeframe: finest };
  const base = reader.parse(timeframeName, written, basePath);
  if (base === null) return null;
  if (names.includes(base)) return { timeframes: names, baseTimeframe: base };
  if (override !== undefined) return { timeframes: names, baseTimeframe: finest };
  reader.error(basePath, `is ${base}; must be one of the timeframes listed (${names.join(', ')})`);
  return null;
}

/** Reads the names of a v2 or v3 map: a list under its new or old key, or a single name. `mode` has no effect. */
function readNames<T extends string>(
  reader: Reader,
  path: Path,
  [listKey, olderListKey, oneKey]: readonly [string, string, string],
  modes: readonly string[],
  list: z.ZodType<T[]>,
  example: string,
  optional: boolean,
  otherKeys: readonly string[],
): T[] | null {
  const map = reader.map(path, optional ? undefined : `write {mode: single, ${example}}`);
  if (map === null) return null;
  reader.warnUnknown(path, ['mode', listKey, olderListKey, oneKey, ...otherKeys]);
  const modePath = [...path, 'mode'];
  const mode = map['mode'] === undefined ? null : reader.parse(choice(modes), map['mode'], modePath);
  const given = [listKey, olderListKey, oneKey].filter((key) => map[key] !== undefined && map[key] !== null);
  const [key, ...unused] = given;
  if (key === undefined) {
    if (!optional) reader.error(path, `is empty; write for instance ${example}, or list: [...]`);
    return null;
  }
  for (const other of unused) reader.warn([...path, other], `has no effect: ${key} is also given`);
  const keyPath = [...path, key];
  const written = reader.written(keyPath);
  const names = reader.parse(list, key === oneKey ? [written] : written, keyPath, (step) =>
    key === oneKey ? keyPath : [...keyPath, step],
  );
  if (names !== null && new Set(names).size > 1 && mode !== null && mode.startsWith('single')) {
    reader.warn(modePath, `is ${mode}, but several are listed; all of them are used`);
  }
  return names;
}

function withoutRepeats<T extends string>(reader: Reader, path: Path, names: T[]): T[] {
  const unique = [...new Set(names)];
  if (unique.length < names.length) reader.warn(path, 'has duplicates; each entry is used once');
  return unique;
}

function firstDate(
  reader: Reader,
  paths: readonly Path[],
  which: 'start' | 'end',
): { path: Path; date: string } | null {
  let first: { path: Path; date: string } | null = null;
  for (const path of paths) {
    const value = reader.document.get(path);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string')
      reader.error(path, `is ${describe(value)}; must be a date such as 2024-01-31`);
    else if (checkDates(reader, path, { [which]: value })) first ??= { path, date: value };
  }
  return first;
}

function checkDates(reader: Reader, path: Path, dates: { start?: string; end?: string }): boolean {
  try {
    parseDateRange(dates.start, dates.end);
    return true;
  } catch (error) {
    if (!(error instanceof KtrdrError)) throw error;
    reader.error(path, error.message);
    return false;
  }
}
