import { shown } from '@ktrdr/contracts';
import { ANY_VALUE } from '../columns/chosen-columns.js';
import { columnName, type Layout } from '../columns/layout.js';
import type { RowScanner } from '../table/row-scanner.js';

/** Why the user does not want a row: a value that `only` excludes; `null` for a wanted row. */
export function whyUnwanted(layout: Layout, scanner: RowScanner): (() => string) | null {
  for (const { column, value } of layout.wanted) {
    const text = column < scanner.fields ? scanner.text(column) : '';
    if (value !== ANY_VALUE && text !== value) return () => `${columnName(layout, column)} is ${shown(text)}`;
  }
  return null;
}

/** True for cells that have the wanted values. */
export function areWanted({ wanted }: Pick<Layout, 'wanted'>, cells: readonly string[]): boolean {
  return wanted.every(({ column, value }) => value === ANY_VALUE || (cells[column] ?? '') === value);
}
