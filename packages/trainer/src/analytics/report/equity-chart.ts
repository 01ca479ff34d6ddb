import type { EquityPoint } from '@ktrdr/contracts';
import { escapeHtml, figure, percent } from './html.js';
import { niceTicks } from './line-chart.js';

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = WIDTH - 12;
/** The equity's panel, and below it that of its drawdown. */
const EQUITY = { top: 30, bottom: 206 };
const DRAWDOWN = { top: 232, bottom: 288 };
const TICKS = 5;

/** Equity over time, and below it the fall from the highest value before. @param capital the value at the start */
export function equityChart(points: readonly EquityPoint[], capital: number): string {
  const times = points.map(({ time }) => Date.parse(time));
  const [first, last] = [times[0]!, times.at(-1)!];
  const x = (time: number): number =>
    last === first ? LEFT : LEFT + ((time - first) / (last - first)) * (RIGHT - LEFT);
  const ticks = niceTicks([capital, ...points.map(({ equity }) => equity)]);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (equity: number): number =>
    EQUITY.bottom - ((equity - low) / (high - low)) * (EQUITY.bottom - EQUITY.top);
  const deepest = points.reduce((most, { drawdown }) => Math.max(most, drawdown), 0);
  const fall = (drawdown: number): number =>
    DRAWDOWN.top + (deepest === 0 ? 0 : (drawdown / deepest) * (DRAWDOWN.bottom - DRAWDOWN.top));
  const line = points.map(({ equity }, index) => `${at(x(times[index]!))} ${at(y(equity))}`);
  const area = points.map(({ drawdown }, index) => `${at(x(times[index]!))} ${at(fall(drawdown))}`);
  const end = points.at(-1)!;
  return (
    `<svg class="wide" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Equity and drawdown">` +
    `<text class="title" x="${LEFT}" y="16">Equity after costs</text>` +
    ticks.map((tick) => gridLine(y(tick), figure(tick))).join('') +
    `<line class="marked" x1="${LEFT}" x2="${RIGHT}" y1="${at(y(capital))}" y2="${at(y(capital))}"><title>capital: ${figure(capital)}</title></line>` +
    `<path class="line series-1" d="M${line.join('L')}"><title>at the end: ${figure(end.equity)}</title></path>` +
    `<text class="title" x="${LEFT}" y="${DRAWDOWN.top - 10}">Drawdown</text>` +
    gridLine(DRAWDOWN.top, '0 %') +
    (deepest === 0 ? '' : gridLine(DRAWDOWN.bottom, percent(-deepest))) +
    `<path class="loss" d="M${at(x(first))} ${DRAWDOWN.top}L${area.join('L')}L${at(x(last))} ${DRAWDOWN.top}Z"/>` +
    timeTicks(first, last, x) +
    '</svg>'
  );
}

function gridLine(y: number, label: string): string {
  return (
    `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at(y)}" y2="${at(y)}"/>` +
    `<text class="tick" text-anchor="end" x="${LEFT - 6}" y="${at(y + 4)}">${escapeHtml(label)}</text>`
  );
}

/** Dates, evenly spaced; the outer ones stay inside the picture. */
function timeTicks(first: number, last: number, x: (time: number) => number): string {
  return Array.from({ length: last === first ? 1 : TICKS }, (_, index) => {
    const time = first + (index / (TICKS - 1)) * (last - first);
    const anchor = index === 0 ? 'start' : index === TICKS - 1 ? 'end' : 'middle';
    return `<text class="tick" text-anchor="${anchor}" x="${at(x(time))}" y="${HEIGHT - 10}">${new Date(time).toISOString().slice(0, 10)}</text>`;
  }).join('');
}

/** A coordinate, rounded to a tenth. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
