/** Columns of equal length, some rows of a table. */
export interface TableBatch {
  rows: number;
  columns: TableColumn[];
}

/** One column of a batch. */
export interface TableColumn {
  name: string;
  /** Text of a cell, quoted if it needs it; empty if there is none. */
  cell: (row: number) => string;
}

/** Rows of text at once. */
const ROWS = 4_096;
/** `('Close', 'AAPL')`: how pandas writes a column with several header rows. */
const TUPLE = /^\('([^']*)', '([^']*)'\)$/;
/** A bar has four prices. */
const LEAST_TUPLES = 4;
/** The index of a table of pandas that has no name. */
const INDEX = /^(?:__index_level_\d+__|index)$/;

/** A table with typed columns as CSV in UTF-8, so that it is read like any other file of bars. */
export async function* tableText(
  batches: AsyncIterable<TableBatch>,
  withHeader = true,
): AsyncGenerator<Uint8Array> {
  let isFirst = withHeader;
  for await (const batch of batches) {
    const columns = indexFirst(batch.columns);
    let text = isFirst ? headerOf(columns) : '';
    isFirst = false;
    const cells = columns.map(({ cell }) => cell);
    for (let row = 0; row < batch.rows; row++) {
      for (let at = 0; at < cells.length; at++) text += at === 0 ? cells[at]!(row) : `,${cells[at]!(row)}`;
      text += '\n';
      if (row % ROWS === ROWS - 1) {
        yield Buffer.from(text);
        text = '';
      }
    }
    yield Buffer.from(text);
  }
}

/** A number in the shortest form that says it; empty for NaN. */
export function numberText(value: number | bigint | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? '' : String(value);
}

/** A number of single precision in the shortest form that says it: `1.1`, not `1.100000023841858`. */
export function singleText(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** pandas writes the index last. A file of bars begins with it. */
function indexFirst(columns: TableColumn[]): TableColumn[] {
  const isIndex = ({ name }: TableColumn): boolean =>
    INDEX.test(name) || (hasTuples(columns) && !TUPLE.test(name));
  const index = columns.filter(isIndex);
  return [
    ...index.map(({ name, cell }) => ({ name: INDEX.test(name) ? '' : name, cell })),
    ...columns.filter((column) => !isIndex(column)),
  ];
}

function hasTuples(columns: Pick<TableColumn, 'name'>[]): boolean {
  return columns.filter(({ name }) => TUPLE.test(name)).length >= LEAST_TUPLES;
}

function headerOf(columns: TableColumn[]): string {
  const names = columns.map(({ name }) => name);
  if (!hasTuples(columns)) return line(names);
  const parts = names.map((name) => TUPLE.exec(name));
  const [, ...prices] = parts.map((part) => part?.[1] ?? '');
  const [, ...symbols] = parts.map((part) => part?.[2] ?? '');
  // as yfinance writes it
  return (
    line(['Price', ...prices]) + line(['Ticker', ...symbols]) + line([names[0]!, ...prices.map(() => '')])
  );
}

function line(cells: string[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

/** A text as a cell of a CSV file. */
export function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
