import { importError } from '../bytes/import-error.js';
import { meaningOf } from '../columns/column-names.js';
import { isOfBars, joined, type JsonTable, MixedTablesError, type Part, SYMBOL } from './join-tables.js';
import { complaintsIn, textOf } from './source-complaints.js';
import { quoted, type TableColumn } from './table-text.js';

type JsonObject = Record<string, unknown>;
/** Answers nest their rows a few objects deep. */
const MOST_DEPTH = 6;
const MOST_COLUMNS = 1_000;
/** Keys of the zone of all times. */
const ZONE = /^(?:\d+\. )?(?:time ?zone|exchange_?timezone(?:name)?)$/i;
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?$/;
/** Names of the columns in Kraken's answers, which have none. */
const KRAKEN = ['time', 'open', 'high', 'low', 'close', 'vwap', 'volume', 'count'];

/**
 * Finds the table of a JSON value: rows as arrays or objects, columns as arrays or objects, or an object of rows by time; at any place
 * of an answer.
 *
 * @throws KtrdrError `import_invalid` if there is none, or some have names of columns and others have none
 */
export function findJsonTable(file: string, value: unknown): JsonTable {
  const table = tableIn(file, value);
  const complaints = complaintsIn(value);
  if (table === null)
    throw importError(
      file,
      'the JSON text has no table of bars: it needs a list of bars, or lists of times and prices of the same length' +
        (complaints.length === 0 ? '' : `. Its source answered ${complaints.map(textOf).join('; ')}`),
    );
  return {
    ...withZone(table, value),
    symbol: table.symbol ?? scalarOf(value, SYMBOL) ?? undefined,
    notes: complaints
      .filter(({ isError }) => isError)
      .map((one) => `Instead of bars, the source answered ${textOf(one)}.`),
  };
}

function tableIn(file: string, value: unknown): JsonTable | null {
  try {
    return tableOf(value, 0);
  } catch (error) {
    if (error instanceof MixedTablesError) throw importError(file, error.message);
    throw error;
  }
}

/** The table with the zone that stands beside it. */
function withZone(table: JsonTable, value: unknown): JsonTable {
  const zone = scalarOf(value, ZONE);
  if (zone === null) return table;
  const columns = table.columns.map(({ name, cell }) => ({
    name,
    cell: (row: number) => {
      const text = cell(row);
      return typeof text === 'string' && LOCAL_TIME.test(text) ? `${text} ${zone}` : text;
    },
  }));
  return { ...table, columns };
}

function tableOf(value: unknown, depth: number): JsonTable | null {
  if (depth > MOST_DEPTH || typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return tableOfList(value, depth);
  const object = value as JsonObject;
  return (
    splitTable(object) ??
    listsOfRows(object, depth) ??
    columnsTable(object, depth) ??
    rowsByKey(object) ??
    tablesBelow(Object.entries(object), depth)
  );
}

function tableOfList(list: unknown[], depth: number): JsonTable | null {
  const [first] = list;
  if (Array.isArray(first) && !first.some(isNested)) return ofArrays(list as unknown[][], null);
  if (isObject(first) && Object.values(first).filter((inner) => !isNested(inner)).length > 3)
    return ofObjects(list);
  return tablesBelow(
    list.map((inner) => [null, inner]),
    depth,
  );
}

/** pandas, orient `split`: `{ columns, index, data }`. */
function splitTable({ columns, index, data }: JsonObject): JsonTable | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !Array.isArray(data[0])) return null;
  const table = ofArrays(data as unknown[][], columns.map(nameOf));
  if (!Array.isArray(index) || index.length !== data.length || isCount(index)) return table;
  return { ...table, columns: [{ name: '', cell: (row) => cellOf(index[row]) }, ...table.columns] };
}

/** One list of rows, or lists of arrays by symbol, without other tables beside them. */
function listsOfRows(object: JsonObject, depth: number): JsonTable | null {
  const lists = Object.entries(object).filter(([, inner]) => Array.isArray(inner) && inner.length > 0) as [
    string,
    unknown[],
  ][];
  if (lists.length === 0 || Object.values(object).some((inner) => isObject(inner) && hasBars(inner, depth)))
    return null;
  const [[, only]] = lists as [[string, unknown[]]];
  if (lists.length === 1 && isObject(only[0]))
    return Object.keys(only[0]).length > 3 ? ofObjects(only) : null;
  if (!lists.every(([, rows]) => Array.isArray(rows[0]))) return null;
  const isKraken = typeof object['last'] === 'number' || typeof object['last'] === 'string';
  const names =
    isKraken && lists.every(([, rows]) => (rows[0] as unknown[]).length === KRAKEN.length) ? KRAKEN : null;
  return joined(
    lists.map(([key, rows]) => ({ key, symbol: null, table: ofArrays(rows as unknown[][], names) })),
  );
}

/** True if a list of rows stands in an object or in an object below. */
function hasListOfBars(object: JsonObject, depth: number): boolean {
  return Object.values(object).some((inner) =>
    Array.isArray(inner)
      ? inner.some(isRow) && hasBars(inner, depth)
      : depth < MOST_DEPTH && isObject(inner) && hasListOfBars(inner, depth + 1),
  );
}

function hasBars(value: unknown, depth: number): boolean {
  const table = tableOf(value, depth + 1);
  return table !== null && isOfBars(table);
}

/** The tables in the values of an object or a list: one, or one for each symbol. */
function tablesBelow(values: [key: string | null, value: unknown][], depth: number): JsonTable | null {
  const parts = values.flatMap(([key, inner]): Part[] => {
    const table = tableOf(inner, depth + 1);
    if (table === null) return [];
    return [{ key, symbol: table.symbol ?? scalarOf(inner, SYMBOL), table: withZone(table, inner) }];
  });
  return parts.length === 0 ? null : joined(parts);
}

/** Columns by name: lists of one length, possibly in objects beside each other, or objects with the index as keys. No other tables stand beside them. */
function columnsTable(object: JsonObject, depth: number): JsonTable | null {
  const lists = scalarLists(object, 0);
  const lengths = lists.map(([, list]) => list.length);
  // the columns of several symbols
  const names = lists.map(([name]) => name).filter((name) => meaningOf(name) !== null);
  if (new Set(names).size < names.length) return null;
  const length = lengths.find((one) => one > 0 && lengths.filter((other) => other === one).length > 3);
  if (length !== undefined) {
    if (hasListOfBars(object, depth)) return null;
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
  const table = ofObjects(rows.map(([, row]) => row));
  const keys = rows.map(([key]) => key);
  return isCount(keys)
    ? table
    : { ...table, columns: [{ name: 'timestamp', cell: (row) => quoted(keys[row]!) }, ...table.columns] };
}

const isClose = (name: string): boolean => meaningOf(name)?.meaning === 'close';

function ofArrays(rows: unknown[][], names: readonly string[] | null): JsonTable {
  const isOfBarLists = rows.some((row) => Array.isArray(row) && row.length > 4);
  if (isOfBarLists && rows.some(isObject)) throw new MixedTablesError();
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

function ofObjects(list: unknown[]): JsonTable {
  const isOfNamedBars = list.some((row) => isObject(row) && Object.keys(row).some(isClose));
  if (isOfNamedBars && list.some(Array.isArray)) throw new MixedTablesError();
  const nested = isObject(list[0]) && Object.values(list[0]).some(isObject);
  const given = list as (JsonObject | null)[];
  const rows = nested ? given.map((row) => (row === null ? null : flat(row))) : given;
  const names = new Set<string>();
  for (const row of rows)
    for (const name of Object.keys(row ?? {})) if (names.size < MOST_COLUMNS) names.add(name);
  const columns: TableColumn[] = [...names].map((name) => ({
    name,
    cell: (row) => cellOf(rows[row]?.[name]),
  }));
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

function isRow(value: unknown): boolean {
  return isNested(value) && !Object.values(value as object).some(isNested);
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
