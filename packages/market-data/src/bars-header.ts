import { shown } from '@ktrdr/contracts';

/** The columns of a bars file; a row's values are kept in this order. */
export const BAR_COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;

/** For each column of the file its index in `BAR_COLUMNS`, -1 for a column that is not read. */
export type BarsHeader = Int8Array;

/**
 * Reads a header line: names in any order and case, further columns allowed. Returns what is wrong as text.
 * `timestampName`: what the file calls its timestamps.
 */
export function parseHeader(line: string, timestampName: string): BarsHeader | string {
  if (line.includes('\r'))
    return 'the lines end with a carriage return only: save the file with Unix or Windows line endings';
  const names = fieldsOf(line).map((name) => unquoted(name.trim()).toLowerCase());
  const wanted: string[] = [timestampName, ...BAR_COLUMNS.slice(1)];
  const roles = Int8Array.from(names, (name) => wanted.indexOf(name));
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const which = missing.length === 1 ? `column ${missing[0]} is` : `columns ${missing.join(', ')} are`;
    return `${which} missing in the header ${shown(line)}; ${wouldBeRight(line, missing)}`;
  }
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return twice === undefined ? roles : `column ${twice} stands twice in the header: keep one of them`;
}

/** Fields of a line. A comma inside quotes is not a separator (RFC 4180). */
function fieldsOf(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? [];
}

function unquoted(name: string): string {
  return /^"[^"]*"$/.test(name) ? name.slice(1, -1).trim() : name;
}

function wouldBeRight(line: string, missing: string[]): string {
  if (!line.includes(',') && line.includes(';')) {
    return 'separate the columns with commas, and write decimal points in place of decimal commas (1.5, not 1,5)';
  }
  if (!line.includes(',') && line.includes('\t')) return 'separate the columns with commas';
  if (missing.length === 1 && missing[0] === 'volume')
    return 'a market without volumes has a column of zeros';
  return `the first line must name ${BAR_COLUMNS.join(',')}`;
}
