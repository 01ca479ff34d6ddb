import type { ChartBar } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { moment, price } from './numbers.js';

const WIDEST = 100;
const NARROWEST = 20;
const ROWS = 10;
/** Each character has 2 columns and 4 rows of dots. */
const [DOT_COLUMNS, DOT_ROWS] = [2, 4];
const EMPTY_BRAILLE = 0x2800;
/** Bits of the dots in a Braille character, by column and row. https://www.unicode.org/charts/PDF/U2800.pdf */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export interface PriceChartOptions {
  /** Width of the terminal, characters. */
  columns: number;
  /** The terminal shows Unicode. */
  unicode: boolean;
  style: Style;
  /** Time of the last bar, if a bar of the chart stands for several. */
  last?: string | null;
}

/**
 * Closing prices as a line of Braille dots; without Unicode as `*`, with `|` from low to high. The
 * axis shows the highest and the lowest price, and the time of the first and the last bar.
 */
export function priceChart(bars: readonly ChartBar[], options: PriceChartOptions): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return '';
  const highest = Math.max(...bars.map(({ high }) => high));
  const lowest = Math.min(...bars.map(({ low }) => low));
  const labels = labelsOf(lowest, highest);
  const margin = Math.max(...labels.map(({ length }) => length));
  const width = Math.min(WIDEST, options.columns - margin - 6);
  if (width < NARROWEST) return '';
  const scale = (value: number, size: number): number =>
    highest === lowest
      ? Math.floor(size / 2)
      : Math.round(((value - lowest) / (highest - lowest)) * (size - 1));
  const lines = options.unicode ? brailleLines(bars, width, scale) : plainLines(bars, width, scale);
  const { style } = options;
  const axis = options.unicode ? '┤' : '|';
  const side = options.unicode ? '│' : '|';
  const drawn = lines.map((line, row) => {
    const label = labels[row] ?? '';
    return `  ${style.dim(`${label.padStart(margin)} ${label === '' ? side : axis}`)}${style.cyan(line.trimEnd())}`;
  });
  const [from, to] = [moment(first.time), moment(options.last ?? last.time)];
  const gap = ' '.repeat(Math.max(0, width - from.length - to.length));
  return [...drawn, style.dim(`  ${' '.repeat(margin + 2)}${gap.length < 2 ? from : from + gap + to}`)].join(
    '\n',
  );
}

/** Prices beside the first, the middle and the last line. */
function labelsOf(lowest: number, highest: number): string[] {
  const digits = digitsFor(lowest, highest);
  const shown = (value: number): string => (digits === null ? price(value) : value.toFixed(digits));
  return Array.from({ length: ROWS }, (_, row) => {
    if (row !== 0 && row !== ROWS - 1 && row !== Math.floor(ROWS / 2)) return '';
    return shown(highest - ((highest - lowest) * row) / (ROWS - 1));
  });
}

/** Decimals that tell the lines of the chart apart; `null` if all prices are the same. */
function digitsFor(lowest: number, highest: number): number | null {
  if (lowest === highest) return null;
  return Math.min(10, Math.max(0, 2 - Math.floor(Math.log10(highest - lowest))));
}

type Scale = (value: number, size: number) => number;

/** Bars that belong to each of `width` columns. */
function* columnsOf(bars: readonly ChartBar[], width: number): Generator<readonly ChartBar[]> {
  for (let column = 0; column < width; column++) {
    const from = Math.min(bars.length - 1, Math.floor((column * bars.length) / width));
    const to = Math.max(from + 1, Math.floor(((column + 1) * bars.length) / width));
    yield bars.slice(from, to);
  }
}

function brailleLines(bars: readonly ChartBar[], width: number, scale: Scale): string[] {
  const height = ROWS * DOT_ROWS;
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: width }, () => 0));
  let before: number | null = null;
  for (const [x, column] of [...columnsOf(bars, width * DOT_COLUMNS)].entries()) {
    const close = scale(column.at(-1)!.close, height);
    // a line without gaps
    const [from, to] = [Math.min(close, before ?? close), Math.max(close, before ?? close)];
    for (let y = from; y <= to; y++) {
      const fromTop = height - 1 - y;
      const cell = cells[Math.floor(fromTop / DOT_ROWS)]!;
      cell[Math.floor(x / DOT_COLUMNS)]! |= DOTS[x % DOT_COLUMNS]![fromTop % DOT_ROWS]!;
    }
    before = close;
  }
  return cells.map((cell) =>
    cell.map((bits) => (bits === 0 ? ' ' : String.fromCodePoint(EMPTY_BRAILLE + bits))).join(''),
  );
}

function plainLines(bars: readonly ChartBar[], width: number, scale: Scale): string[] {
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: width }, () => ' '));
  for (const [x, column] of [...columnsOf(bars, width)].entries()) {
    const high = scale(Math.max(...column.map((bar) => bar.high)), ROWS);
    const low = scale(Math.min(...column.map((bar) => bar.low)), ROWS);
    for (let y = low; y <= high; y++) cells[ROWS - 1 - y]![x] = '|';
    cells[ROWS - 1 - scale(column.at(-1)!.close, ROWS)]![x] = '*';
  }
  return cells.map((cell) => cell.join(''));
}
