import { expect, test } from '@jest/globals';
import type { EquityPoint, TrainingMetrics } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { equityChart, lossChart } from './outcome-charts.js';

const terminal = { columns: 60, unicode: true, style: createStyle(false) };

function point(day: number, equity: number, hold?: number): EquityPoint {
  return {
    time: `2024-01-0${day}T00:00:00Z`,
    equity,
    drawdown: 0,
    ...(hold === undefined ? {} : { buy_and_hold: hold }),
  };
}

test('an equity curve says what was earned, beside buy and hold', () => {
  const lines = equityChart({ equity: [point(1, 1000, 1000), point(2, 1100, 950)] }, terminal).split('\n');
  expect(lines[0]).toBe('  equity 1,000 to 1,100, 10.0 %, buy and hold -5.0 %');
  expect(lines).toHaveLength(1 + 7 + 1);
  expect(lines.at(-1)).toMatch(/2024-01-01 +2024-01-02$/);
});

test('a report of an earlier version has no buy and hold; a log and an equity of one point have no drawing', () => {
  expect(equityChart({ equity: [point(1, 10), point(2, 11)] }, terminal)).toContain(
    'equity 10 to 11, 10.0 %\n',
  );
  expect(equityChart({ equity: [point(1, 10)] }, terminal)).toBe('');
  expect(equityChart({ equity: [point(1, 10), point(2, 11)] }, { ...terminal, columns: Infinity })).toBe('');
  expect(equityChart({ equity: [point(1, 10), point(2, 11)] }, { ...terminal, columns: 20 })).toBe('');
});

test('a loss curve names the best epoch, and skips losses that are not finite', () => {
  const metrics = { best_epoch: 2, history: { val_loss: [3, 1, Number.NaN, 2], epochs: [1, 2, 3, 4] } };
  const chart = lossChart(metrics as TrainingMetrics, terminal);
  expect(chart).toMatch(/^ {2}validation loss, best 1\.000 in epoch 2\n/);
  expect(chart).toMatch(/epoch 1 +epoch 4$/);
});
