import type { Layout } from '../columns/layout.js';

/** What is known of a file whose header names no zone. */
interface SourceFile {
  /** Its name, as the user gave it. */
  name: string;
  separator: number;
  /** Cells of the first rows. */
  rows: string[][];
}

const SEMICOLON = 59;
const NINJATRADER = 'an export of NinjaTrader, whose times are those of the close';
const HISTDATA = 'HistData.com documents this layout as UTC-5 without summer time';

/** `20120201 000000;1.3066;...`: the layout of HistData.com and NinjaTrader. */
export function isCompact(separator: number, rows: string[][]): boolean {
  return (
    separator === SEMICOLON &&
    rows.every(([time = '', ...values]) => /^\d{8} \d{4,6}$/.test(time) && values.length === 5)
  );
}

/** Without a header, what the source of a file documents of its times. */
export function usualTimesOf({
  name,
  separator,
  rows,
}: SourceFile): Pick<Layout, 'usualZone' | 'usualStamps'> {
  if (/^DAT_[A-Z]+_/.test(name)) return { usualZone: { zone: '-05:00', why: HISTDATA } };
  if (!isCompact(separator, rows)) return {};
  if (/\.(last|bid|ask)\.txt$/i.test(name))
    return {
      usualZone: { zone: 'UTC', why: 'by its name it is an export of NinjaTrader, which writes UTC' },
      usualStamps: `by its name this is ${NINJATRADER}`,
    };
  const usualZone = { zone: '-05:00', why: `${HISTDATA}; an export of NinjaTrader is in UTC` };
  // HistData.com has no volumes
  const hasVolumes = rows.some((row) => Number(row.at(-1)) !== 0);
  return hasVolumes
    ? { usualZone, usualStamps: `with volumes this is likely ${NINJATRADER}` }
    : { usualZone };
}
