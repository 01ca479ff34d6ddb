import { escapeHtml } from './html.js';

/** A name with its value. */
export interface Bar {
  name: string;
  value: number;
}

const WIDTH = 720;
const NAMES = 300;
const NUMBERS = 84;
const ROW = 22;
/** Longer names are shortened; the title has the full name. */
const MOST_LETTERS = 44;

/** Horizontal bars from a common line; negative values go to the left. @param label describes the picture @param text formats a value */
export function horizontalBars(label: string, bars: readonly Bar[], text: (value: number) => string): string {
  const values = bars.map(({ value }) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = (WIDTH - NAMES - NUMBERS) / (high - low || 1);
  const zero = NAMES - low * scale;
  const rows = bars.map(({ name, value }, index) => {
    const y = index * ROW;
    const start = value < 0 ? zero + value * scale : zero;
    const shown = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
    return (
      `<text class="tick" text-anchor="end" x="${NAMES - 10}" y="${y + 15}">${escapeHtml(shown)}<title>${escapeHtml(name)}</title></text>` +
      `<rect class="bar" x="${start.toFixed(1)}" y="${y + 4}" width="${(Math.abs(value) * scale).toFixed(1)}" height="${ROW - 8}"/>` +
      `<text class="tick" text-anchor="end" x="${WIDTH - 2}" y="${y + 15}">${escapeHtml(text(value))}</text>`
    );
  });
  const height = bars.length * ROW;
  return (
    `<svg class="wide" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${rows.join('')}` +
    `<line class="axis" x1="${zero.toFixed(1)}" x2="${zero.toFixed(1)}" y1="0" y2="${height}"/></svg>`
  );
}
