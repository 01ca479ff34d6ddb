import type { ComponentChildren } from 'preact';
import { TableBox } from '../components/table-box.js';
import './bar-table.css';

/** One row of a table with a bar. */
export interface BarRow {
  name: string;
  value: number | null;
  /** Cells before the bar's value. */
  cells?: readonly ComponentChildren[];
}

interface BarTableProps {
  label: string;
  nameTitle: string;
  /** Heads of `cells`. */
  cellTitles?: readonly string[];
  valueTitle: string;
  rows: readonly BarRow[];
  format: (value: number) => string;
}

/** A table whose last column is drawn as bars from zero; a bar to the left is a negative value. */
export function BarTable({ label, nameTitle, cellTitles = [], valueTitle, rows, format }: BarTableProps) {
  const values = rows.map(({ value }) => value ?? 0);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  return (
    <TableBox label={label}>
      <table class="bar-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{nameTitle}</th>
            {cellTitles.map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col" class="number">
              {valueTitle}
            </th>
            <th scope="col" class="bar-cell">
              <span class="visually-hidden">Bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, value, cells = [] }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={cellTitles[index]} class="number">
                  {cell}
                </td>
              ))}
              <td class="number">{value === null ? '–' : format(value)}</td>
              <td class="bar-cell" aria-hidden="true">
                {value !== null && (
                  <span
                    class={`bar ${value < 0 ? 'bar-negative' : ''}`}
                    style={{
                      marginInlineStart: `${(100 * (Math.min(0, value) - low)) / span}%`,
                      inlineSize: `${(100 * Math.abs(value)) / span}%`,
                    }}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
