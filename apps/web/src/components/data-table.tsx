import type { ComponentChildren } from 'preact';
import { TableBox } from './table-box.js';

/** One column of a table. */
export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Right-aligned, with equal digits. */
  isNumber?: boolean;
}

interface DataTableProps<Row> {
  /** What the table shows, for screen readers. */
  label: string;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** True while newer rows are on their way. */
  isOld?: boolean | undefined;
}

/** A table of a few rows. */
export function DataTable<Row>({ label, columns, rows, isOld }: DataTableProps<Row>) {
  return (
    <TableBox label={label} isOld={isOld}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber === true ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // rows are only replaced all at once
            <tr key={index}>
              {columns.map(({ title, cell, isNumber }, column) =>
                column === 0 ? (
                  <th key={title} scope="row" class={isNumber === true ? 'number' : undefined}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} class={isNumber === true ? 'number' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
