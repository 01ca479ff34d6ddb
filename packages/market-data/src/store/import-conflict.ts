import { type ConflictChoice, KtrdrError, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { lineOfBar } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import type { BarColumns, Difference, MergePlan } from './merge-bars.js';
import type { ParsedBars } from './parsed-bars.js';

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** One file that an import does not change without being asked. */
export interface Conflict {
  symbol: string;
  timeframe: Timeframe;
  file: string;
  /** `differ`: bars of the same time differ. `synthetic`: either the file's or the new bars are synthetic. `columns`: the file has columns that would be lost. `times`: the new bars open between those of the file. */
  kind: 'differ' | 'synthetic' | 'columns' | 'times';
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
  const lines = plan.first.map((bar, index) => {
    const { line, time } = first[index]!;
    const differ = PRICES.filter((name) => old[name][bar.old] !== next[name][bar.new]);
    const shown = (bars: BarColumns, row: number): string =>
      differ.map((name) => `${name} ${bars[name][row]}`).join(', ');
    return `${file}:${line}: ${time} has ${shown(old, bar.old)}; new: ${shown(next, bar.new)}`;
  });
  const more = plan.differing - first.length;
  return {
    symbol,
    timeframe,
    file,
    kind: 'differ',
    differing: plan.differing,
    first,
    message: [
      `${file}: ${count(plan.differing)} of ${count(overlap)} ${overlap === 1 ? 'bar' : 'bars'} with the same time ${plan.differing === 1 ? 'differs' : 'differ'}:`,
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
    message: `${file} has ${synthetic ? 'synthetic' : 'real'} bars, and the new bars are ${synthetic ? 'real' : 'synthetic'}. ktrdr does not mix them.`,
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

/** The new bars open between those of the file. */
export function timesConflict(old: Bars, next: ParsedBars, first: Difference): Conflict {
  const { symbol, timeframe, file } = old;
  const [before, time, after] = [old.time[first.old - 1]!, next.time[first.new]!, old.time[first.old]!].map(
    (one) => formatBarTime(one, timeframe),
  );
  return {
    symbol,
    timeframe,
    file,
    kind: 'times',
    differing: 0,
    first: [],
    message: `the new ${timeframe} bars open at other times than those of ${file} and would overlap them: ${time} is between ${before} and ${after}. Are they of another time zone?`,
  };
}

/** The error of an import with conflicts: nothing was stored. */
export function importConflict(conflicts: readonly Conflict[], choice: ConflictChoice): KtrdrError {
  const differ = conflicts.every(({ kind }) => kind === 'differ');
  const files = conflicts.length === 1 ? conflicts[0]!.file : 'these files';
  const advice =
    differ && choice === 'refuse'
      ? 'Choose on_conflict (--on-conflict): "keep" leaves the stored bars, "replace" takes the new bars.'
      : `Set on_conflict to "replace" (--on-conflict replace) to replace the whole content of ${files}, or move ${conflicts.length === 1 ? 'the file' : 'them'} away.`;
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
