import { type ConflictChoice, KtrdrError, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { lineOfBar } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import type { BarColumns, MergePlan } from './merge-bars.js';
import type { ParsedBars } from './parsed-bars.js';

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** One file that an import does not change without being asked. */
export interface Conflict {
  symbol: string;
  timeframe: Timeframe;
  file: string;
  /** `differ`: bars of the same time differ. `synthetic`: either the file's or the new bars are synthetic. `columns`: the file has columns that would be lost. */
  kind: 'differ' | 'synthetic' | 'columns';
  message: string;
  /** Number of bars that differ, and the first of them. */
  differing: number;
  first: { line: number; time: string; old: string; new: string }[];
}

/** Bars of the same time differ. */
export function differConflict(old: Bars, next: ParsedBars, plan: MergePlan): Conflict {
  const { symbol, timeframe, file } = old;
  const first = plan.first.map((bar) => ({
    line: lineOfBar(old, bar.old),
    time: formatBarTime(old.time[bar.old]!, timeframe),
    old: valuesOf(old, bar.old),
    new: valuesOf(next, bar.new),
  }));
  const overlap = plan.differing + plan.unchanged;
  const lines = first.map(
    ({ line, time, old: was, new: is }) => `${file}:${line}: ${time} has ${was}; new: ${is}`,
  );
  const more = plan.differing - first.length;
  return {
    symbol,
    timeframe,
    file,
    kind: 'differ',
    differing: plan.differing,
    first,
    message: [
      `${count(plan.differing)} of ${count(overlap)} bars that ${file} has already differ from the new ones (open,high,low,close,volume):`,
      ...lines,
      ...(more > 0 ? [`and ${count(more)} more`] : []),
    ].join('\n'),
  };
}

/** Either the existing or the new bars are synthetic. */
export function syntheticConflict({ symbol, timeframe, file, length, synthetic }: Bars): Conflict {
  return {
    symbol,
    timeframe,
    file,
    kind: 'synthetic',
    differing: length,
    first: [],
    message: `${file} holds ${synthetic ? 'synthetic' : 'real'} bars and the new ones are ${synthetic ? 'real' : 'synthetic'}: they are not mixed.`,
  };
}

/** The file has more columns than bars have. */
export function columnsConflict({ symbol, timeframe, file }: Bars, columns: readonly string[]): Conflict {
  return {
    symbol,
    timeframe,
    file,
    kind: 'columns',
    differing: 0,
    first: [],
    message: `${file} has columns that an import does not keep: ${columns.join(', ')}.`,
  };
}

/** The error of an import with conflicts: nothing was stored. */
export function importConflict(conflicts: readonly Conflict[], choice: ConflictChoice): KtrdrError {
  const differ = conflicts.every(({ kind }) => kind === 'differ');
  const files = conflicts.length === 1 ? conflicts[0]!.file : 'these files';
  const advice =
    differ && choice === 'refuse'
      ? 'Choose on_conflict (--on-conflict): "keep" leaves the existing bars, "replace" takes the new ones.'
      : `Set on_conflict to "replace" (--on-conflict replace) to give up the existing content of ${files}, or move ${conflicts.length === 1 ? 'the file' : 'them'} away.`;
  return new KtrdrError(
    'import_conflict',
    [...conflicts.slice(0, 3).map(({ message }) => message), `Nothing was stored. ${advice}`].join('\n'),
    { details: { conflicts } },
  );
}

function valuesOf(bars: BarColumns, row: number): string {
  return PRICES.map((name) => String(bars[name][row])).join(',');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
