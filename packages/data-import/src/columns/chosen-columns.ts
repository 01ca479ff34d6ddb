import { type ImportChoices, type ImportColumn, shown } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';
import { simpleName } from './column-names.js';
import type { WantedValue } from './layout.js';

/** In place of a value: the rows of all values. */
export const ANY_VALUE = '*';

/** The columns of a file, by name. */
interface Columns {
  /** Name of the file, for messages. */
  file: string;
  names: (string | null)[];
}

/** Columns that the choices name, by header or number from 1. */
export function chosenColumns(
  table: Columns,
  { columns = {} }: ImportChoices,
): Partial<Record<ImportColumn, number>> {
  return Object.fromEntries(
    Object.entries(columns).map(([meaning, name]) => [
      meaning,
      columnCalled(table, `columns.${meaning}`, name),
    ]),
  );
}

/** Values of columns that the choices want. */
export function onlyColumns(table: Columns, { only = {} }: ImportChoices): WantedValue[] {
  return Object.entries(only).map(([name, value]) => ({
    column: columnCalled(table, 'only', name),
    value,
  }));
}

/** A name that `columns` and `only` accept: the header, or the number if two columns have the same one or it has a separator. */
export function answerName({ names }: { names: (string | null)[] }, column: number): string {
  const name = names[column];
  const usable = name !== null && name !== undefined && !/[,=]|->|^\d*$/.test(name);
  return usable && names.filter((other) => other === name).length === 1 ? name : String(column + 1);
}

/** `currency=USD`: an answer for `only`. */
export function onlyAnswer(columns: Pick<Columns, 'names'>, column: number, value: string): string {
  return `${answerName(columns, column)}${value.includes('=') ? '->' : '='}${value}`;
}

/** The column with this header, or this number from 1. @param field the choice, for messages */
function columnCalled({ file, names }: Columns, field: string, name: string): number {
  const exact = names.indexOf(name);
  const similar = names.findIndex(
    (other) => other !== null && other !== '' && simpleName(other) === simpleName(name),
  );
  const number = /^\d+$/.test(name) ? Number(name) - 1 : -1;
  if (names.indexOf(name, exact + 1) > exact)
    throw importError(
      file,
      `${field}: several columns are called ${shown(name)}. Give the number of one of them: ` +
        `${numbersOf(names, name).join(', ')}`,
    );
  const column = exact !== -1 ? exact : similar !== -1 ? similar : number;
  if (column >= 0 && column < names.length) return column;
  const known = names.filter((other) => other !== null && other !== '').join(', ');
  throw importError(
    file,
    `${field}: there is no column ${shown(name)}. ` +
      (known === '' ? `Choose a number from 1 to ${names.length}` : `The columns are ${known}`),
  );
}

/** Numbers from 1 of the columns with a name. */
function numbersOf(names: (string | null)[], name: string): number[] {
  return names.flatMap((other, column) => (other === name ? [column + 1] : []));
}
