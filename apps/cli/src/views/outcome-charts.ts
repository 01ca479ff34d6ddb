import type { BacktestReport, TrainingMetrics } from '@ktrdr/contracts';
import { type ChartPoint, lineChart } from './line-chart.js';
import { count, moment, percent } from './numbers.js';
import type { Terminal } from './terminal.js';

const ROWS = 7;

/** What the decisions earned, from bar to bar; empty without a terminal, because a log needs no drawing. */
export function equityChart({ equity }: Pick<BacktestReport, 'equity'>, terminal: Terminal): string {
  const [first, last] = [equity[0], equity.at(-1)];
  if (first === undefined || last === undefined || equity.length < 2) return '';
  const chart = drawn(
    equity.map((point) => point.equity),
    { ...terminal, from: moment(first.time), to: moment(last.time) },
  );
  if (chart === '') return '';
  const change = last.equity / first.equity - 1;
  const hold =
    first.buy_and_hold === undefined || last.buy_and_hold === undefined
      ? ''
      : `, buy and hold ${percent(last.buy_and_hold / first.buy_and_hold - 1)}`;
  const title = `equity ${count(Math.round(first.equity))} to ${count(Math.round(last.equity))}, ${percent(change)}${hold}`;
  return `  ${terminal.style.dim(title)}\n${chart}`;
}

/** Validation loss of each epoch. */
export function lossChart({ history, best_epoch }: TrainingMetrics, terminal: Terminal): string {
  const losses = history.val_loss.filter(Number.isFinite);
  if (losses.length < 2) return '';
  const epochs = history.epochs ?? history.val_loss.map((_, index) => index + 1);
  const chart = drawn(losses, {
    ...terminal,
    from: `epoch ${epochs[0] ?? 1}`,
    to: `epoch ${epochs.at(-1) ?? losses.length}`,
  });
  if (chart === '') return '';
  const title = `validation loss, best ${Math.min(...losses).toPrecision(4)} in epoch ${best_epoch}`;
  return `  ${terminal.style.dim(title)}\n${chart}`;
}

function drawn(values: readonly number[], options: Terminal & { from: string; to: string }): string {
  if (!Number.isFinite(options.columns)) return '';
  const points = values.map((value): ChartPoint => ({ value, low: value, high: value }));
  return lineChart(points, { ...options, rows: ROWS });
}
