import type { ImportColumn, ImportQuestion, Timeframe } from '@ktrdr/contracts';

/** Columns of one symbol's values, 0-based; -1: none. */
export interface PriceColumns {
  open: number;
  high: number;
  low: number;
  close: number;
  adjustedClose: number;
  volume: number;
  /** Number of ticks: the volume if `volume` is 0 throughout. */
  tickVolume: number;
}

/** A symbol's columns. One group, unless a file has several symbols side by side. */
export interface ColumnGroup extends PriceColumns {
  /** `null`: from the symbol column, a choice or the file's name. */
  symbol: string | null;
}

/** The columns that hold a symbol's values. */
export function valueColumns(group: ColumnGroup): number[] {
  const { symbol: _, ...columns } = group;
  return Object.values(columns).filter((column) => column !== -1);
}

/** A value that the user wants in a column; `*`: any. */
export interface WantedValue {
  column: number;
  value: string;
}

/** Meanings of the columns of a file. Columns are 0-based; -1 if there is none. */
export interface Layout {
  /** Name of each column; `null` without a header. */
  names: (string | null)[];
  time: number;
  /** Time of day, if it has its own column. */
  clock: number;
  closeTime: number;
  symbol: number;
  barLength: number;
  /** Says whether a bar had closed. */
  complete: number;
  /** Columns without another use that have one value in all bars of a series, such as the currency. */
  series: number[];
  /** Values that a row must have to be read. */
  wanted: WantedValue[];
  groups: ColumnGroup[];
  /** A column that says when the bar closes is the only time. */
  stampsClose: boolean;
  /** A zone that the name of the time column says for certain. */
  headerZone?: string | undefined;
  /** A zone that is likely, and why. */
  usualZone?: { zone: string; why: string } | undefined;
  /** Why the times of day are likely close times. */
  usualStamps?: string | undefined;
  timeframe?: Timeframe | undefined;
  /** True if the source of this layout is known to write decimal points. */
  writesPoints: boolean;
  questions: ImportQuestion[];
  notes: string[];
}

/** Name of a column for messages: its header, or `column 3`. */
export function columnName({ names }: Pick<Layout, 'names'>, column: number): string {
  const name = names[column];
  return name === null || name === undefined || name === '' ? `column ${column + 1}` : name;
}

/** Columns by meaning, for display. */
export function describeColumns(layout: Layout): Partial<Record<ImportColumn, string>> {
  const { time, clock, closeTime, symbol, groups } = layout;
  const [group] = groups;
  const columns: [ImportColumn, number][] = [
    ...(clock === -1
      ? ([['time', time]] as [ImportColumn, number][])
      : ([
          ['date', time],
          ['time', clock],
        ] as [ImportColumn, number][])),
    ['open', group!.open],
    ['high', group!.high],
    ['low', group!.low],
    ['close', group!.close],
    ['adjusted_close', group!.adjustedClose],
    ['volume', group!.volume],
    ['symbol', symbol],
    ['close_time', closeTime === time ? -1 : closeTime],
  ];
  return Object.fromEntries(
    columns.filter(([, column]) => column !== -1).map(([role, column]) => [role, columnName(layout, column)]),
  );
}

/** Columns with a meaning; -1 stands for those that the file does not have. */
export function usedColumns(layout: Layout): Set<number> {
  const { time, clock, closeTime, symbol, barLength, complete, groups } = layout;
  return new Set([time, clock, closeTime, symbol, barLength, complete, ...groups.flatMap(valueColumns)]);
}

/** Names of the columns without a use. */
export function ignoredColumns(layout: Layout, count: number): string[] {
  const used = usedColumns(layout);
  return Array.from({ length: count }, (_, column) => column)
    .filter((column) => !used.has(column))
    .map((column) => columnName(layout, column));
}
