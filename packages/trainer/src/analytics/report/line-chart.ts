import { escapeHtml, figure } from './html.js';

/** One line of a chart. */
export interface ChartLine {
  name: string;
  /** One value for each epoch from 1 on. Values that are not finite leave a gap. */
  values: readonly number[];
}

const WIDTH = 520;
const HEIGHT = 240;
/** Margins for the axis labels. */
const MARGIN = { left: 58, right: 12, top: 30, bottom: 34 };
const INNER = {
  width: WIDTH - MARGIN.left - MARGIN.right,
  height: HEIGHT - MARGIN.top - MARGIN.bottom,
};
/** Maximum points in a line. Longer runs are subsampled. */
const MOST_POINTS = 600;
/** Lines with at most this many points show a dot for each. */
const FEW_POINTS = 60;
const TICKS = 5;
/** Relative difference that is not visible in a chart. */
const SAME = 1e-6;
/** Smaller values count as 0. */
const TINY = 1e-300;

/**
 * A chart of lines over epochs, as SVG.
 *
 * @param marked epoch (1-based) with a vertical line, or `null`
 */
export function lineChart(title: string, lines: readonly ChartLine[], marked: number | null): string {
  const epochs = Math.max(...lines.map(({ values }) => values.length));
  const finite = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  const ticks = niceTicks(finite);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const x = (epoch: number): number =>
    MARGIN.left + (epochs === 1 ? INNER.width / 2 : ((epoch - 1) / (epochs - 1)) * INNER.width);
  const y = (value: number): number => MARGIN.top + (1 - (value - low) / (high - low)) * INNER.height;
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>` +
      `<text class="tick" text-anchor="end" x="${MARGIN.left - 6}" y="${at(y(tick) + 4)}">${figure(tick)}</text>`,
  );
  const epochTicks = [...new Set([1, Math.round((1 + epochs) / 2), epochs])].map(
    (epoch) =>
      `<text class="tick" text-anchor="middle" x="${at(x(epoch))}" y="${bottom + 16}">${epoch}</text>`,
  );
  const best =
    marked === null
      ? ''
      : `<line class="marked" x1="${at(x(marked))}" x2="${at(x(marked))}" y1="${MARGIN.top}" y2="${bottom}"><title>kept: epoch ${marked}</title></line>`;
  const drawn = lines.map(({ name, values }, index) => drawLine(name, values, index + 1, x, y));
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">` +
    `<text class="title" x="${MARGIN.left}" y="16">${escapeHtml(title)}</text>${legend(lines)}` +
    `${grid.join('')}${epochTicks.join('')}<text class="tick" text-anchor="middle" x="${at(MARGIN.left + INNER.width / 2)}" y="${HEIGHT - 4}">epoch</text>` +
    `${best}${drawn.join('')}</svg>`
  );
}

function drawLine(
  name: string,
  values: readonly number[],
  series: number,
  x: (epoch: number) => number,
  y: (value: number) => number,
): string {
  const step = Math.ceil(values.length / MOST_POINTS);
  const points = values.flatMap((value, index) => {
    const shown = index % step === 0 || index === values.length - 1;
    return shown ? [{ epoch: index + 1, value }] : [];
  });
  let pen = 'M';
  let path = '';
  for (const { epoch, value } of points) {
    if (!Number.isFinite(value)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${at(x(epoch))} ${at(y(value))}`;
    pen = 'L';
  }
  const dots = points.filter(({ value }) => points.length <= FEW_POINTS && Number.isFinite(value));
  return (
    `<path class="line series-${series}" d="${path}"/>` +
    dots
      .map(
        ({ epoch, value }) =>
          `<circle class="dot series-${series}" cx="${at(x(epoch))}" cy="${at(y(value))}" r="2.5"><title>${escapeHtml(name)}, epoch ${epoch}: ${figure(value)}</title></circle>`,
      )
      .join('')
  );
}

/** Entries from the right edge to the left. Names are short. */
function legend(lines: readonly ChartLine[]): string {
  if (lines.length < 2) return '';
  let end = WIDTH - MARGIN.right;
  return lines
    .map(({ name }, index) => ({ name, series: index + 1 }))
    .toReversed()
    .map(({ name, series }) => {
      const text = `<text class="tick" text-anchor="end" x="${end}" y="16">${escapeHtml(name)}</text>`;
      end -= name.length * 7.5 + 8;
      const line = `<line class="line series-${series}" x1="${at(end - 16)}" x2="${at(end)}" y1="12" y2="12"/>`;
      end -= 28;
      return text + line;
    })
    .join('');
}

/** Evenly spaced round numbers. All values are between the first and the last. */
export function niceTicks(values: readonly number[]): number[] {
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  if (least > most) return [0, 1];
  const size = Math.max(Math.abs(least), Math.abs(most));
  // Nearly equal values are drawn as equal.
  const same = size <= TINY || most - least <= size * SAME;
  const range = same ? (size > TINY ? size : 1) : most - least;
  const rough = range / (TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(least / step) - (same ? 1 : 0);
  const last = Math.max(first + 1, Math.ceil(most / step) + (same ? 1 : 0));
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** A coordinate, rounded to a tenth. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
