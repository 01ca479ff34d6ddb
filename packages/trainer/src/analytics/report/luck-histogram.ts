import type { LuckFigures } from '@ktrdr/contracts';
import { percent } from './html.js';

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 24;
const RIGHT = WIDTH - 24;
const TOP = 34;
const BOTTOM = HEIGHT - 40;
const TICKS = 5;

/** What random entries earned, as a histogram, and the model's place in it. */
export function luckHistogram({
  draws,
  model_return: earned,
  histogram: { edges, shares },
}: NonNullable<LuckFigures['random_entries']>): string {
  const low = Math.min(edges[0]!, earned);
  const high = Math.max(edges.at(-1)!, earned);
  const x = (value: number): number =>
    high === low ? (LEFT + RIGHT) / 2 : LEFT + ((value - low) / (high - low)) * (RIGHT - LEFT);
  const most = Math.max(...shares);
  const bars = shares.map((share, bin) => {
    const [from, to] = [edges[bin]!, edges[bin + 1]!];
    const height = (share / most) * (BOTTOM - TOP);
    return (
      `<rect class="bar" x="${at(x(from))}" width="${at(Math.max(1, x(to) - x(from) - 1))}" y="${at(BOTTOM - height)}" height="${at(height)}">` +
      `<title>${percent(from)} to ${percent(to)}: ${percent(share)} of ${draws.toLocaleString('en-US')} draws</title></rect>`
    );
  });
  const ticks = Array.from({ length: TICKS }, (_, index) => {
    const value = low + (index / (TICKS - 1)) * (high - low);
    const anchor = index === 0 ? 'start' : index === TICKS - 1 ? 'end' : 'middle';
    return `<text class="tick" text-anchor="${anchor}" x="${at(x(value))}" y="${BOTTOM + 18}">${percent(value)}</text>`;
  });
  const place = x(earned);
  const anchor = place > WIDTH * 0.75 ? 'end' : place < WIDTH * 0.25 ? 'start' : 'middle';
  return (
    `<svg class="wide" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Random entries and the model">` +
    `${bars.join('')}<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>${ticks.join('')}` +
    `<line class="place" x1="${at(place)}" x2="${at(place)}" y1="${TOP - 8}" y2="${BOTTOM}"/>` +
    `<text class="title" text-anchor="${anchor}" x="${at(place)}" y="${TOP - 14}">the model: ${percent(earned)}</text>` +
    `<text class="tick" text-anchor="middle" x="${WIDTH / 2}" y="${HEIGHT - 6}">net return of random entries</text></svg>`
  );
}

/** A coordinate, rounded to a tenth. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
