import { printable, type BarPrediction, type PredictResponse } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { count, counted, percent } from './numbers.js';
import { type Column, textTable } from './text-table.js';

/** Most bars that are shown; `--json` prints all. */
const ROWS_SHOWN = 1_000;

/** A model's predictions, one line per bar. */
export function predictionsView(
  found: PredictResponse,
  { columns: width, style }: Pick<Screen, 'columns' | 'style'>,
): string {
  const { classes, predictions, output_type } = found;
  const regression = output_type === 'regression';
  const decides = predictions.some(({ decision }) => decision !== null);
  const columns: Column[] = [
    { head: 'bar' },
    ...(regression
      ? [{ head: 'value', align: 'right' as const }]
      : [
          // the probabilities show it
          { head: 'class', drop: 1 },
          ...classes.map((name) => ({ head: printable(name), align: 'right' as const })),
        ]),
    ...(decides ? [{ head: 'decision' }] : []),
  ];
  const rows = predictions
    .slice(-ROWS_SHOWN)
    .map((bar) => [
      printable(bar.time),
      ...(regression ? [valueText(bar)] : classTexts(bar, classes, style)),
      ...(decides ? [decisionText(bar, style)] : []),
    ]);
  return `${titleText(found, style)}\n\n${textTable(columns, rows, style, width)}`;
}

function titleText(found: PredictResponse, style: Style): string {
  const { model, symbol, timeframe, predictions, confidence_threshold, edge } = found;
  const rule =
    confidence_threshold === null
      ? `HOLD within ±${percentExactly(edge ?? 0)}`
      : `HOLD below ${percent(confidence_threshold)}`;
  const all = counted(predictions.length, 'bar');
  const bars =
    predictions.length > ROWS_SHOWN ? `the last ${count(ROWS_SHOWN)} of ${all} (use --json for all)` : all;
  return `${style.bold(printable(model))} on ${printable(`${symbol} ${timeframe}`)}: ${bars}, ${rule}`;
}

function classTexts(
  { class: label, probabilities }: BarPrediction,
  classes: string[],
  style: Style,
): string[] {
  if (label === null || probabilities === null) return ['-', ...classes.map(() => '-')];
  return [
    printable(label),
    ...classes.map((name) => {
      const share = percent(probabilities[name] ?? 0);
      return name === label ? style.bold(share) : share;
    }),
  ];
}

function valueText({ value }: BarPrediction): string {
  return value === null ? '-' : percentExactly(value);
}

function percentExactly(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}

function decisionText({ decision }: BarPrediction, style: Style): string {
  switch (decision) {
    case 'BUY':
      return style.green(decision);
    case 'SELL':
      return style.red(decision);
    case 'HOLD':
      return decision;
    case null:
      return '-';
  }
}
