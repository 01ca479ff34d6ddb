import type { Style } from '../style.js';
import { price } from './numbers.js';

const WIDEST = 100;
const NARROWEST = 20;
/** Each character has 2 columns and 4 rows of dots. */
const [DOT_COLUMNS, DOT_ROWS] = [2, 4];
const EMPTY_BRAILLE = 0x2800;
/** Bits of the dots in a Braille character, by column and row. https://www.unicode.org/charts/PDF/U2800.pdf */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** One point of a line: its value, and the range that it stands for. */
export interface ChartPoint {
  value: number;
  low: number;
  high: number;
}

export interface LineChartOptions {
  /** Width of the terminal, characters. */
  columns: number;
  /** The terminal shows Unicode. */
  unicode: boolean;
  style: Style;
  /** Lines of the chart, without the axis of times. */
  rows: number;
  /** Under the first and the last point. */
  from: string;
  to: string;
}

/**
 * A line of Braille dots; without Unicode of `*`, with `|` from low to high. The axis shows the highest and the lowest value.
 * Empty if there is no point or no room.
 */
export function lineChart(points: readonly ChartPoint[], options: LineChartOptions): string {
  if (points.length === 0) return '';
  const { rows, style, unicode, from, to } = options;
  const highest = Math.max(...points.map(({ high }) => high));
  const lowest = Math.min(...points.map(({ low }) => low));
  const labels = labelsOf(lowest, highest, rows);
  const margin = Math.max(...labels.map(({ length }) => length));
  const width = Math.min(WIDEST, options.columns - margin - 6);
  if (width < NARROWEST) return '';
  const scale = (value: number, size: number): number =>
    highest === lowest
      ? Math.floor(size / 2)
      : Math.round(((value - lowest) / (highest - lowest)) * (size - 1));
  const lines = (unicode ? brailleLines : plainLines)(points, { width, rows }, scale);
  const axis = unicode ? '┤' : '|';
  const side = unicode ? '│' : '|';
  const drawn = lines.map((line, row) => {
    const label = labels[row] ?? '';
    return `  ${style.dim(`${label.padStart(margin)} ${label === '' ? side : axis}`)}${style.cyan(line.trimEnd())}`;
  });
  const gap = ' '.repeat(Math.max(0, width - from.length - to.length));
  return [...drawn, style.dim(`  ${' '.repeat(margin + 2)}${gap.length < 2 ? from : from + gap + to}`)].join(
    '\n',
  );
}

/** Values beside the first, the middle and the last line. */
function labelsOf(lowest: number, highest: number, rows: number): string[] {
  const digits = digitsFor(lowest, highest);
  const shown = (value: number): string => (digits === null ? price(value) : value.toFixed(digits));
  return Array.from({ length: rows }, (_, row) => {
    if (row !== 0 && row !== rows - 1 && row !== Math.floor(rows / 2)) return '';
    return shown(highest - ((highest - lowest) * row) / (rows - 1));
  });
}

/** Decimals that tell the lines of the chart apart; `null` if all values are the same. */
function digitsFor(lowest: number, highest: number): number | null {
  if (lowest === highest) return null;
  return Math.min(10, Math.max(0, 2 - Math.floor(Math.log10(highest - lowest))));
}

type Scale = (value: number, size: number) => number;

interface Size {
  width: number;
  rows: number;
}

/** Points that belong to each of `width` columns. */
function* columnsOf(points: readonly ChartPoint[], width: number): Generator<readonly ChartPoint[]> {
  for (let column = 0; column < width; column++) {
    const from = Math.min(points.length - 1, Math.floor((column * points.length) / width));
    const to = Math.max(from + 1, Math.floor(((column + 1) * points.length) / width));
    yield points.slice(from, to);
  }
}

function brailleLines(points: readonly ChartPoint[], { width, rows }: Size, scale: Scale): string[] {
  const height = rows * DOT_ROWS;
  const cells = Array.from({ length: rows }, () => Array.from({ length: width }, () => 0));
  let before: number | null = null;
  for (const [x, column] of [...columnsOf(points, width * DOT_COLUMNS)].entries()) {
    const value = scale(column.at(-1)!.value, height);
    // a line without gaps
    const [from, to] = [Math.min(value, before ?? value), Math.max(value, before ?? value)];
    for (let y = from; y <= to; y++) {
      const fromTop = height - 1 - y;
      const cell = cells[Math.floor(fromTop / DOT_ROWS)]!;
      cell[Math.floor(x / DOT_COLUMNS)]! |= DOTS[x % DOT_COLUMNS]![fromTop % DOT_ROWS]!;
    }
    before = value;
  }
  return cells.map((cell) =>
    cell.map((bits) => (bits === 0 ? ' ' : String.fromCodePoint(EMPTY_BRAILLE + bits))).join(''),
  );
}

function plainLines(points: readonly ChartPoint[], { width, rows }: Size, scale: Scale): string[] {
  const cells = Array.from({ length: rows }, () => Array.from({ length: width }, () => ' '));
  for (const [x, column] of [...columnsOf(points, width)].entries()) {
    const high = scale(Math.max(...column.map((point) => point.high)), rows);
    const low = scale(Math.min(...column.map((point) => point.low)), rows);
    for (let y = low; y <= high; y++) cells[rows - 1 - y]![x] = '|';
    cells[rows - 1 - scale(column.at(-1)!.value, rows)]![x] = '*';
  }
  return cells.map((cell) => cell.join(''));
}
