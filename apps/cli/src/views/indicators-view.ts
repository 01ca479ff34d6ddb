import {
  printable,
  truncate,
  type ComputeIndicatorResponse,
  type IndicatorInfo,
  type IndicatorList,
  type IndicatorParameterValue,
} from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** Most rows of a computed indicator that are shown; `--json` prints all. */
const ROWS_SHOWN = 20;
/** Significant digits of a shown value. */
const DIGITS = 8;

/** Narrowest useful width of an optional column, characters. */
const FEWEST = 24;

/** One line per indicator: type, parameters with defaults, and on a wide terminal its outputs and a summary. */
export function indicatorsView({ indicators }: IndicatorList, columns: number, style: Style): string {
  const rows = indicators.map((indicator) => [
    printable(indicator.type),
    printable(parametersText(indicator)),
    printable(indicator.outputs.length === 1 ? '' : indicator.outputs.join(', ')),
    printable(indicator.summary),
  ]);
  const widest = (column: number): number => Math.max(0, ...rows.map((row) => row[column]!.length));
  const widths: number[] = [];
  let room = columns - 1;
  for (let column = 0; column < 4 && (column < 2 || room >= FEWEST + 2); column++) {
    widths.push(Math.min(widest(column), Math.max(0, room - 2)));
    room -= 2 + widths[column]!;
  }
  return textTable(
    ['type', 'parameters', 'outputs', 'about'].slice(0, widths.length).map((head) => ({ head })),
    rows.map((row) => widths.map((width, column) => truncate(row[column]!, width))),
    style,
  );
}

function parametersText({ parameters }: IndicatorInfo): string {
  return parameters
    .filter(({ no_effect }) => no_effect === null)
    .map(({ name, default: value }) => `${name} ${String(value)}`)
    .join(', ');
}

/** A title and the last rows of a computed indicator. */
export function computedView(computed: ComputeIndicatorResponse, style: Style): string {
  const { timestamps, outputs } = computed;
  const names = Object.keys(outputs);
  const from = Math.max(0, timestamps.length - ROWS_SHOWN);
  const rows = timestamps
    .slice(from)
    .map((time, index) => [
      printable(time),
      ...names.map((name) => valueText(outputs[name]![from + index]!)),
    ]);
  const columns = names.map((name) => ({ head: printable(name), align: 'right' as const }));
  return `${titleText(computed, from, style)}\n\n${textTable([{ head: 'bar' }, ...columns], rows, style)}`;
}

function titleText(
  { type, params, symbol, timeframe, timestamps }: ComputeIndicatorResponse,
  left: number,
  style: Style,
) {
  const used = Object.entries(params).map(
    ([name, value]: [string, IndicatorParameterValue]) => `${name} ${value}`,
  );
  const name = used.length === 0 ? type : `${type} (${used.join(', ')})`;
  const bars = counted(timestamps.length, 'bar');
  const shown = left === 0 ? bars : `the last ${ROWS_SHOWN} of ${bars}; use --json for all`;
  return `${style.bold(printable(name))} of ${printable(`${symbol} ${timeframe}`)}: ${shown}`;
}

function valueText(value: number | null): string {
  if (value === null) return '-';
  return String(Math.abs(value) < 10 ** DIGITS ? Number(value.toPrecision(DIGITS)) : Math.round(value));
}
