import { shown } from '@ktrdr/contracts';

/** The columns of a bars file. Parsed rows use this order. */
export const BAR_COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;

/** For each column of the file: its index in `BAR_COLUMNS`, or -1 for an ignored column. */
export type BarsHeader = Int8Array;

/**
 * Parses a header line. Names may come in any order and case; other columns are ignored. Returns the problem as text if
 * a column is missing or duplicate. `timestampName`: the file's name for the timestamp column.
 */
export function parseHeader(line: string, timestampName: string): BarsHeader | string {
  if (line.includes('\r'))
    return 'lines end with a bare carriage return: save the file with Unix or Windows line endings';
  const names = fieldsOf(line).map((name) => unquoted(name.trim()).toLowerCase());
  const wanted: string[] = [timestampName, ...BAR_COLUMNS.slice(1)];
  const roles = Int8Array.from(names, (name) => wanted.indexOf(name));
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const which = missing.length === 1 ? `column ${missing[0]} is` : `columns ${missing.join(', ')} are`;
    return `${which} missing from the header ${shown(line)}; ${suggestion(line, missing)}`;
  }
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return twice === undefined ? roles : `column ${twice} appears twice in the header: keep one of them`;
}

/** Names of columns that are ignored. */
export function ignoredColumns(line: string): string[] {
  return fieldsOf(line)
    .map((name) => unquoted(name.trim()))
    .filter((name) => !(BAR_COLUMNS as readonly string[]).includes(name.toLowerCase()));
}

/** Splits a line into fields. A comma inside quotes is not a separator (RFC 4180). */
function fieldsOf(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? [];
}

function unquoted(name: string): string {
  return /^"[^"]*"$/.test(name) ? name.slice(1, -1).trim() : name;
}

function suggestion(line: string, missing: string[]): string {
  if (!line.includes(',') && line.includes(';')) {
    return 'separate the columns with commas and use decimal points (1.5, not 1,5)';
  }
  if (!line.includes(',') && line.includes('\t')) return 'separate the columns with commas';
  if (missing.length === 1 && missing[0] === 'volume')
    return 'add it, with zeros if the market has no volumes';
  return `the header must name ${BAR_COLUMNS.join(',')}`;
}
