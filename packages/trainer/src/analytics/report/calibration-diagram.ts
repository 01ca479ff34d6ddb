import type { Calibration } from '@ktrdr/contracts';
import { percent } from './html.js';

const SIZE = 300;
const MARGIN = { left: 48, right: 12, top: 12, bottom: 44 };
const INNER = SIZE - MARGIN.left - MARGIN.right;
const BOTTOM = MARGIN.top + INNER;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Reliability diagram: accuracy of each bin against its mean confidence. On the dashed line they are equal. */
export function calibrationDiagram({ bins }: Calibration): string {
  const x = (share: number): number => Math.round(MARGIN.left + share * INNER);
  const y = (share: number): number => Math.round(BOTTOM - share * INNER);
  const grid = TICKS.map(
    (tick) =>
      `<line class="grid" x1="${x(0)}" x2="${x(1)}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="tick" text-anchor="end" x="${x(0) - 6}" y="${y(tick) + 4}">${100 * tick}</text>` +
      `<text class="tick" text-anchor="middle" x="${x(tick)}" y="${BOTTOM + 16}">${100 * tick}</text>`,
  );
  const bars = bins.map(({ from, to, rows, accuracy, confidence }) => {
    if (accuracy === null || confidence === null) return '';
    const title = `<title>${rows} rows: sure ${percent(confidence)}, right ${percent(accuracy)}</title>`;
    return (
      `<rect class="bar" x="${x(from) + 1}" width="${x(to) - x(from) - 2}" y="${y(accuracy)}" height="${BOTTOM - y(accuracy)}">${title}</rect>` +
      `<circle class="dot series-2" cx="${x(confidence)}" cy="${y(accuracy)}" r="4">${title}</circle>`
    );
  });
  return (
    `<svg class="square" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="Reliability diagram">${grid.join('')}` +
    `${bars.join('')}<line class="marked" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>` +
    `<text class="tick" text-anchor="middle" x="${x(0.5)}" y="${SIZE - 8}">confidence, %</text>` +
    `<text class="tick" text-anchor="middle" transform="translate(12 ${y(0.5)}) rotate(-90)">right, %</text></svg>`
  );
}
