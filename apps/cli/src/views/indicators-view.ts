import {
  printable,
  type ComputeIndicatorResponse,
  type IndicatorInfo,
  type IndicatorList,
  type IndicatorParameterValue,
} from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** Most rows of a computed indicator that are shown; `--json` prints all. */
const ROWS_SHOWN = 20;
/** Significant digits of a shown value. */
const DIGITS = 8;

/** One line per indicator: type, parameters with defaults, and on a wide terminal its outputs and a summary. */
export function indicatorsView({ indicators }: IndicatorList, { columns, style }: Screen): string {
  return textTable(
    [
      { head: 'type' },
      { head: 'parameters', least: 24 },
      { head: 'outputs', least: 14, drop: 2 },
      { head: 'about', least: 24, drop: 1 },
    ],
    indicators.map((indicator) => [
      printable(indicator.type),
      printable(parametersText(indicator)),
      printable(indicator.outputs.length === 1 ? '' : indicator.outputs.join(', ')),
      printable(indicator.summary),
    ]),
    style,
    columns,
  );
}

function parametersText({ parameters }: IndicatorInfo): string {
  return parameters
    .filter(({ no_effect }) => no_effect === null)
    .map(({ name, default: value }) => `${name} ${String(value)}`)
    .join(', ');
}

/** A title and the last rows of a computed indicator. */
export function computedView(computed: ComputeIndicatorResponse, { columns: width, style }: Screen): string {
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
  return `${titleText(computed, from, style)}\n\n${textTable([{ head: 'bar' }, ...columns], rows, style, width)}`;
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
