import type { RowScanner } from '../table/row-scanner.js';

/** Cells of a row, as text. */
export function cellsOf(scanner: RowScanner): string[] {
  return Array.from({ length: scanner.fields }, (_, field) => scanner.text(field));
}

/** Cells of a row that are not empty. */
export function rowText(scanner: RowScanner): string {
  return cellsOf(scanner)
    .filter((cell) => cell !== '')
    .join(' ');
}

/** True for the text of a row that is not a bar. */
export function isDividend(text: string): boolean {
  return /dividend|split|capital gain/i.test(text);
}

/** Decimal commas without quotes make at least three cells too many. */
export function commaHint({ fields }: RowScanner, width: number): string {
  return fields > width + 2
    ? ': put numbers with decimal commas in quotes if commas separate the columns'
    : '';
}
