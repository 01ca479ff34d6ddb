import { importError } from '../bytes/import-error.js';
import { quoted, type TableColumn } from './table-text.js';

/** A table that was found in a JSON value. */
export interface JsonTable {
  rows: number;
  columns: TableColumn[];
  /** False if the columns have no names. */
  named: boolean;
  /** Symbol that stands beside the table. */
  symbol?: string | undefined;
}

type JsonObject = Record<string, unknown>;
/** A list of rows, and the symbol that stands over it. */
interface Rows {
  rows: unknown[];
  symbol: string | null;
}

/** Answers nest their rows a few objects deep. */
const MOST_DEPTH = 6;
const MOST_COLUMNS = 1_000;
/** Keys of a symbol that belongs to all rows. Alpha Vantage numbers them: `2. Symbol`. */
const SYMBOL = /^(?:\d+\. )?(?:symbol|ticker|pair|instrument)$/i;
/** Keys of the zone of all times. */
const ZONE = /^(?:\d+\. )?(?:time ?zone|exchange_?timezone(?:name)?)$/i;
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?$/;
/** Names of the columns in Kraken's answers, which have none. */
const KRAKEN = ['time', 'open', 'high', 'low', 'close', 'vwap', 'volume', 'count'];

/**
 * Finds the table of a JSON value: rows as arrays or objects, columns as arrays or objects, or an object of rows by time; at any place
 * of an answer.
 *
 * @throws KtrdrError `import_invalid` if there is none
 */
export function findJsonTable(file: string, value: unknown): JsonTable {
  const table = tableOf(value, 0);
  if (table === null)
    throw importError(
      file,
      'the JSON text has no table of bars: it needs a list of bars, or lists of times and prices of the same length',
    );
  const zone = scalarOf(value, ZONE);
  const columns = zone === null ? table.columns : table.columns.map((column) => withZone(column, zone));
  return { ...table, columns, symbol: scalarOf(value, SYMBOL) ?? undefined };
}

function withZone({ name, cell }: TableColumn, zone: string): TableColumn {
  return {
    name,
    cell: (row) => {
      const text = cell(row);
      return typeof text === 'string' && LOCAL_TIME.test(text) ? `${text} ${zone}` : text;
    },
  };
}

function tableOf(value: unknown, depth: number): JsonTable | null {
  if (depth > MOST_DEPTH || typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return tableOfList(value, depth);
  const object = value as JsonObject;
  return (
    splitTable(object) ??
    listsOfRows(object) ??
    columnsTable(object) ??
    rowsByKey(object) ??
    largest(Object.values(object).map((inner) => tableOf(inner, depth + 1)))
  );
}

function tableOfList(list: unknown[], depth: number): JsonTable | null {
  const [first] = list;
  if (Array.isArray(first) && !first.some(isNested)) return ofArrays(list as unknown[][], null);
  if (isObject(first) && Object.values(first).filter((inner) => !isNested(inner)).length > 3)
    return ofObjects([{ rows: list, symbol: null }]);
  return largest(list.slice(0, MOST_COLUMNS).map((inner) => tableOf(inner, depth + 1)));
}

/** pandas, orient `split`: `{ columns, index, data }`. */
function splitTable({ columns, index, data }: JsonObject): JsonTable | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !Array.isArray(data[0])) return null;
  const table = ofArrays(data as unknown[][], columns.map(nameOf));
  if (!Array.isArray(index) || index.length !== data.length || isCount(index)) return table;
  return { ...table, columns: [{ name: '', cell: (row) => cellOf(index[row]) }, ...table.columns] };
}

/** Lists of rows by symbol: `{ AAPL: [...], MSFT: [...] }`; one list has no other list beside it. */
function listsOfRows(object: JsonObject): JsonTable | null {
  const lists = Object.entries(object).filter(([, inner]) => Array.isArray(inner) && inner.length > 0) as [
    string,
    unknown[],
  ][];
  if (lists.length === 0) return null;
  if (
    lists.every(([, rows]) => isObject(rows[0])) &&
    lists.some(([, rows]) => Object.keys(rows[0] as JsonObject).length > 3)
  )
    return ofObjects(lists.map(([symbol, rows]) => ({ rows, symbol: lists.length > 1 ? symbol : null })));
  if (!lists.every(([, rows]) => Array.isArray(rows[0]))) return null;
  const isKraken = typeof object['last'] === 'number' || typeof object['last'] === 'string';
  const names =
    isKraken && lists.every(([, rows]) => (rows[0] as unknown[]).length === KRAKEN.length) ? KRAKEN : null;
  if (lists.length === 1) return ofArrays(lists[0]![1] as unknown[][], names);
  const tables = lists.map(([symbol, rows]) => ({ symbol, table: ofArrays(rows as unknown[][], names) }));
  return names === null ? largest(tables.map(({ table }) => table)) : stacked(tables);
}

/** Columns by name: lists of one length, possibly in objects beside each other, or objects with the index as keys. */
function columnsTable(object: JsonObject): JsonTable | null {
  const lists = scalarLists(object, 0);
  const lengths = lists.map(([, list]) => list.length);
  const length = lengths.find((one) => one > 0 && lengths.filter((other) => other === one).length > 3);
  if (length !== undefined) {
    const columns = lists.filter(([, list]) => list.length === length);
    return {
      rows: length,
      named: true,
      columns: columns.map(([name, list]) => ({ name, cell: (row) => cellOf(list[row]) })),
    };
  }
  const inner = Object.entries(object).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
  const prices = inner.filter(([name]) => /^(?:.*\b)?(?:open|high|low|close)\b/i.test(name));
  if (prices.length < 4) return null;
  const keys = Object.keys(prices[0]![1]);
  const named = inner.map(([name, cells]): TableColumn => ({
    name,
    cell: (row) => cellOf(cells[keys[row]!]),
  }));
  const index: TableColumn[] = isCount(keys) ? [] : [{ name: '', cell: (row) => quoted(keys[row]!) }];
  return { rows: keys.length, named: true, columns: [...index, ...named] };
}

/** Rows by time: `{ "2024-01-02": { "1. open": "1.5", ... } }`, as Alpha Vantage and pandas (orient `index`) write them. */
function rowsByKey(object: JsonObject): JsonTable | null {
  const entries = Object.entries(object);
  const rows = entries.filter(
    ([, inner]) => isObject(inner) && Object.values(inner).filter((cell) => !isNested(cell)).length > 3,
  );
  if (rows.length === 0 || rows.length < entries.length || !/^\d/.test(entries[0]![0])) return null;
  const table = ofObjects([{ rows: rows.map(([, row]) => row), symbol: null }]);
  const keys = rows.map(([key]) => key);
  return isCount(keys)
    ? table
    : { ...table, columns: [{ name: 'timestamp', cell: (row) => quoted(keys[row]!) }, ...table.columns] };
}

function ofArrays(rows: unknown[][], names: readonly string[] | null): JsonTable {
  const width = Math.min(rows[0]!.length, MOST_COLUMNS);
  return {
    rows: rows.length,
    named: names !== null,
    columns: Array.from({ length: width }, (_, at) => ({
      name: names?.[at] ?? '',
      cell: (row) => cellOf((rows[row] as unknown[] | null)?.[at]),
    })),
  };
}

function ofObjects(parts: Rows[]): JsonTable {
  const nested = parts.some(({ rows: [first] }) => isObject(first) && Object.values(first).some(isObject));
  const given = parts.flatMap((part) => part.rows) as (JsonObject | null)[];
  const rows = nested ? given.map((row) => (row === null ? null : flat(row))) : given;
  const names = new Set<string>();
  for (const row of rows)
    for (const name of Object.keys(row ?? {})) if (names.size < MOST_COLUMNS) names.add(name);
  const columns: TableColumn[] = [...names].map((name) => ({
    name,
    cell: (row) => cellOf(rows[row]?.[name]),
  }));
  if (parts.some(({ symbol }) => symbol !== null) && ![...names].some((name) => SYMBOL.test(name))) {
    const symbols = parts.flatMap((part) => part.rows.map(() => quoted(part.symbol ?? '')));
    columns.push({ name: 'symbol', cell: (row) => symbols[row]! });
  }
  return { rows: rows.length, named: true, columns };
}

/** `{ time, mid: { o, h, l, c } }`, as Oanda writes it: `mid.o` becomes a name. */
function flat(row: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, inner]): [string, unknown][] =>
      isObject(inner)
        ? Object.entries(inner).map(([part, cell]) => [`${name}.${part}`, cell])
        : [[name, inner]],
    ),
  );
}

function stacked(parts: { symbol: string; table: JsonTable }[]): JsonTable {
  const places = parts.flatMap(({ symbol, table }) =>
    Array.from({ length: table.rows }, (_, row) => ({ symbol, table, row })),
  );
  const columns = parts[0]!.table.columns.map(({ name }, at): TableColumn => ({
    name,
    cell: (row) => places[row]!.table.columns[at]!.cell(places[row]!.row),
  }));
  return {
    rows: places.length,
    named: true,
    columns: [...columns, { name: 'symbol', cell: (row) => quoted(places[row]!.symbol) }],
  };
}

/** Lists of scalars, with the name that they have, also in objects below. */
function scalarLists(object: JsonObject, depth: number): [string, unknown[]][] {
  if (depth > MOST_DEPTH) return [];
  return Object.entries(object).flatMap(([name, inner]): [string, unknown[]][] => {
    if (!Array.isArray(inner)) return isObject(inner) ? scalarLists(inner, depth + 1) : [];
    if (isObject(inner[0])) return inner.length === 1 ? scalarLists(inner[0], depth + 1) : [];
    return inner.some(isNested) ? [] : [[name, inner]];
  });
}

/** The first text or number under such a key, the one nearest to the root. */
function scalarOf(value: unknown, key: RegExp): string | null {
  let level = [value];
  for (let depth = 0; depth <= MOST_DEPTH && level.length > 0; depth++) {
    const objects = level.filter(isObject);
    for (const object of objects)
      for (const [name, inner] of Object.entries(object))
        if (key.test(name) && typeof inner === 'string' && inner !== '') return inner;
    level = [
      ...objects.flatMap((object) => Object.values(object)),
      ...level.filter(Array.isArray).flatMap((list) => (list as unknown[]).slice(0, 1)),
    ].slice(0, MOST_COLUMNS);
  }
  return null;
}

function largest(tables: (JsonTable | null)[]): JsonTable | null {
  return tables.reduce(
    (best, table) => (table !== null && table.rows > (best?.rows ?? 0) ? table : best),
    null,
  );
}

/** `0`, `1`, `2`: the index of a table that has none. */
function isCount(keys: readonly unknown[]): boolean {
  return keys.every((key, at) => String(key) === String(at));
}

/** pandas writes a column with several header rows as a list. */
function nameOf(name: unknown): string {
  return Array.isArray(name) ? `('${name.join("', '")}')` : String(cellOf(name));
}

function cellOf(value: unknown): number | string {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'boolean' ? String(value) : '';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
