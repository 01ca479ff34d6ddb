import { shown } from '@ktrdr/contracts';
import { meaningOf } from '../columns/column-names.js';
import { quoted, type TableColumn } from './table-text.js';

/** A table that was found in a JSON value. */
export interface JsonTable {
  rows: number;
  columns: TableColumn[];
  /** False if the columns have no names. */
  named: boolean;
  /** Symbol that stands beside the table. */
  symbol?: string | undefined;
  /** What the source says instead of the bars of some symbols. */
  notes?: readonly string[];
}

/** One of several tables. */
export interface Part {
  /** Key under which it stands; `null` in a list. */
  key: string | null;
  /** Symbol beside it. */
  symbol: string | null;
  table: JsonTable;
}

/** Keys of a symbol that belongs to all rows. Alpha Vantage numbers them: `2. Symbol`. */
export const SYMBOL = /^(?:\d+\. )?(?:symbol|ticker|pair|instrument)$/i;
const PRICES = ['open', 'high', 'low', 'close'] as const;

/** A text has tables with and without names of columns: no order of columns fits both. */
export class MixedTablesError extends Error {
  /** @param keys of the tables without names */
  constructor(keys = ['the rows that are lists']) {
    super(
      `the JSON text mixes tables with and without column names. Without names: ${keys.join(', ')}. Save the two kinds as separate files`,
    );
  }
}

/** A table of bars, unlike one of quotes or dividends. */
export function isOfBars({ named, columns }: JsonTable): boolean {
  if (!named) return columns.length > PRICES.length;
  const meanings = new Set(columns.map(({ name }) => meaningOf(name)?.meaning));
  return PRICES.every((price) => meanings.has(price));
}

/**
 * The tables of bars among several, one below the other, with the symbol of each. Parts of one symbol are pages of it if they have no names.
 *
 * @throws MixedTablesError
 */
export function joined(parts: Part[]): JsonTable {
  const bars = parts.filter(({ table }) => isOfBars(table));
  const [first, ...others] = bars;
  if (first === undefined)
    return parts.reduce((best, part) => (part.table.rows > best.table.rows ? part : best)).table;
  if (others.length === 0) return { ...first.table, symbol: first.symbol ?? undefined };
  const { named } = first.table;
  if (others.some(({ table }) => table.named !== named))
    throw new MixedTablesError(
      bars.flatMap(({ table, symbol, key }, part) =>
        table.named ? [] : [shown(symbol ?? key ?? `part ${part + 1}`)],
      ),
    );
  const symbols = bars.map(({ symbol, key }) => symbol ?? key ?? '');
  const isOneSymbol = new Set(symbols).size < symbols.length;
  const places = bars.flatMap(({ table }, part) =>
    Array.from({ length: table.rows }, (_, row) => ({ part, row })),
  );
  const columnsOf = bars.map(
    ({ table }) => new Map(table.columns.map((column, at) => [named ? column.name : String(at), column])),
  );
  const names = new Set(columnsOf.flatMap((columns) => [...columns.keys()]));
  const own = [...names].find((name) => named && SYMBOL.test(name));
  const cellAt = (name: string, at: number): number | string => {
    const { part, row } = places[at]!;
    return columnsOf[part]!.get(name)?.cell(row) ?? '';
  };
  const columns = [...names]
    .filter((name) => name !== own)
    .map((name): TableColumn => ({ name: named ? name : '', cell: (at) => cellAt(name, at) }));
  const symbol: TableColumn = {
    name: named ? 'symbol' : '',
    cell: (at) => (own === undefined ? '' : cellAt(own, at)) || quoted(symbols[places[at]!.part]!),
  };
  const hasSymbols = own !== undefined || symbols.some((name) => name !== '');
  // without a symbol of its own, or under another name than the other parts of a symbol, a part may be another series
  const series: TableColumn = {
    name: named ? 'series' : '',
    cell: (at) => quoted(bars[places[at]!.part]!.key ?? `part ${places[at]!.part + 1}`),
  };
  const isOpen = !hasSymbols || (isOneSymbol && bars.some(({ key }) => key !== null));
  return {
    rows: places.length,
    named,
    columns: [...(hasSymbols ? [symbol] : []), ...columns, ...(isOpen ? [series] : [])],
  };
}
