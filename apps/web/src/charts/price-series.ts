import type { Decision } from '@ktrdr/contracts';
import { counted, formatNumber, formatSignedPercent } from '../format/numbers.js';
import { formatMoment, formatUtc } from '../format/times.js';

/** One bar of a price chart. */
export interface PriceBar {
  /** Open time, ISO 8601. Ascending, each once. */
  time: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume?: number;
}

/** A sign at a bar. */
export interface PriceMarker {
  /** Open time of one of the bars. */
  time: string;
  kind: 'long' | 'short' | 'exit';
  /** A few characters beside the sign. */
  text?: string;
  /** Of an exit: whether it earned. */
  isGain?: boolean;
}

const MOST_DECIMALS = 10;
/** Number of significant digits of a price. */
const SIGNIFICANT = 6;

/** Decimals with which prices of these bars are written: those that they have, at most six significant digits. */
export function priceDecimals(bars: readonly PriceBar[]): number {
  const highest = bars.reduce((most, { high }) => Math.max(most, Math.abs(high)), 0);
  if (highest === 0) return 2;
  const most = Math.min(MOST_DECIMALS, Math.max(2, SIGNIFICANT - Math.floor(Math.log10(highest)) - 1));
  let decimals = 0;
  for (const { open, high, low, close } of bars)
    for (const price of [open, high, low, close]) {
      while (decimals < most && Number(price.toFixed(decimals)) !== price) decimals += 1;
      if (decimals === most) return most;
    }
  return decimals;
}

/** True if every bar begins at midnight UTC: its time is a date, and is not moved into another zone. */
export function areDates(bars: readonly PriceBar[]): boolean {
  return bars.length > 0 && bars.every(({ time }) => Date.parse(time) % 86_400_000 === 0);
}

const utcDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

/** A bar's open time: a date, or a moment in the user's zone with that in UTC. */
export function barTime(time: string, isDate: boolean): string {
  const at = Date.parse(time);
  return isDate ? utcDate.format(at) : `${formatMoment(at)} (${formatUtc(at)})`;
}

/** The figures of a bar with their names. */
export function barFigures(
  bar: PriceBar,
  decimals: number,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['Open', formatNumber(bar.open, decimals)],
    ['High', formatNumber(bar.high, decimals)],
    ['Low', formatNumber(bar.low, decimals)],
    ['Close', formatNumber(bar.close, decimals)],
    ...(bar.volume === undefined ? [] : [['Volume', formatNumber(bar.volume)] as const]),
  ];
}

/** What the chart shows, in one or two sentences: for people who do not see it. */
export function describeBars(
  bars: readonly PriceBar[],
  decisions: readonly (Decision | null)[] | undefined,
  markers: readonly PriceMarker[],
): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return 'There are no bars.';
  const decimals = priceDecimals(bars);
  const lowest = bars.reduce((least, { low }) => Math.min(least, low), Infinity);
  const highest = bars.reduce((most, { high }) => Math.max(most, high), -Infinity);
  const price = (value: number): string => formatNumber(value, decimals);
  const sentences = [
    `${counted(bars.length, 'bar')} from ${utcDate.format(Date.parse(first.time))} to ${utcDate.format(Date.parse(last.time))}.`,
    `The close goes from ${price(first.close)} to ${price(last.close)} (${formatSignedPercent(last.close / first.close - 1)}), between ${price(lowest)} and ${price(highest)}.`,
  ];
  if (decisions !== undefined) {
    const count = (wanted: Decision): string =>
      formatNumber(decisions.filter((decision) => decision === wanted).length);
    sentences.push(`Decisions: ${count('BUY')} BUY, ${count('HOLD')} HOLD, ${count('SELL')} SELL.`);
  }
  const entries = markers.filter(({ kind }) => kind !== 'exit').length;
  if (entries > 0) sentences.push(`${counted(entries, 'trade')} ${entries === 1 ? 'is' : 'are'} marked.`);
  return sentences.join(' ');
}
