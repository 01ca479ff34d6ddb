import { gzipSync } from 'node:zlib';
import { zipOf } from './zip-of.js';

/** A bar of a file, as it must be read. */
export interface DialectBar {
  /** Open time, ms UTC; midnight UTC of the date for daily and weekly bars. */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** How a file writes its table. */
export interface Dialect {
  separator: ',' | ';' | '\t' | '|' | ' ';
  quotes: 'needed' | 'all';
  /** Names of date (and time), open, high, low, close, volume; `null`: no header. */
  header: { names: readonly string[]; clock: string; symbol: string } | null;
  decimal: '.' | ',';
  /** Digits after the decimal sign of a price. */
  decimals: number;
  newestFirst: boolean;
  encoding: 'utf8' | 'utf8 with mark' | 'utf-16le' | 'utf-16be' | 'latin1';
  lineEnd: '\n' | '\r\n' | '\r';
  endsWithLineEnd: boolean;
  packing: 'none' | 'gz' | 'zip';
  /** Names of the symbols in a separate column; empty: no column. */
  symbols: readonly string[];
  /** What stands for a missing value in rows without a bar. */
  placeholder: string;
}

/** A row of a file: a bar, or a placeholder without prices. */
export interface DialectRow {
  /** Index in the dialect's symbols. */
  symbol: number;
  times: string[];
  bar: DialectBar;
  isPlaceholder: boolean;
}

/** Writes a file of bars. Rows have the order of the list, or the reverse order. */
export function writeDialect(rows: readonly DialectRow[], dialect: Dialect): Buffer {
  const { header, symbols, newestFirst, lineEnd } = dialect;
  const ordered = newestFirst ? rows.toReversed() : rows;
  const twoColumns = (rows[0]?.times.length ?? 1) === 2;
  const lines: string[] = [];
  if (header !== null) {
    const [time = '', ...names] = header.names;
    const all = [time, ...(twoColumns ? [header.clock] : []), ...names];
    lines.push(lineOf([...(symbols.length > 0 ? [header.symbol] : []), ...all], dialect));
  }
  for (const { symbol, times, bar, isPlaceholder } of ordered) {
    const prices = [bar.open, bar.high, bar.low, bar.close].map((price) =>
      isPlaceholder ? dialect.placeholder : price.toFixed(dialect.decimals).replace('.', dialect.decimal),
    );
    const volume = isPlaceholder ? dialect.placeholder : String(bar.volume);
    const name = symbols.length > 0 ? [symbols[symbol]!] : [];
    lines.push(lineOf([...name, ...times, ...prices, volume], dialect));
  }
  const text = lines.join(lineEnd) + (dialect.endsWithLineEnd ? lineEnd : '');
  return packed(encoded(text, dialect.encoding), dialect.packing);
}

function lineOf(cells: string[], { separator, quotes }: Dialect): string {
  return cells
    .map((cell) => (quotes === 'all' || cell.includes(separator) ? `"${cell}"` : cell))
    .join(separator);
}

function encoded(text: string, encoding: Dialect['encoding']): Buffer {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'utf8 with mark':
      return Buffer.from(`\ufeff${text}`, 'utf8');
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'latin1':
      return Buffer.from(text, 'latin1');
  }
}

function packed(bytes: Buffer, packing: Dialect['packing']): Buffer {
  if (packing === 'gz') return gzipSync(bytes, { level: 1 });
  return packing === 'zip' ? zipOf({ 'bars.csv': bytes }) : bytes;
}
