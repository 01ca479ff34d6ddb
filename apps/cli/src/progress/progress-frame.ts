import { truncate } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { formatDuration } from './duration.js';
import type { ProgressParts } from './progress-state.js';

const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;
export const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export interface FrameOptions {
  /** Width of the terminal, characters. Every line is shorter, so that none wraps. */
  columns: number;
  style: Style;
  /** Number of the frame, which selects the spinner character. */
  frame: number;
}

/**
 * Three terminal lines for an operation's progress: message, bar, and the latest metrics if there are any.
 *
 * ```text
 * ⠹ Training MLP model on AAPL [epoch 5/50] (batch 123/500)
 *   ━━━━━━━━━━━━━━━╸━━━━━━━━━━━━━━━━━━━━━━━━  34.2%  elapsed 12s  ETA 1m 20s
 *   train loss 0.9123  val loss 0.9541
 * ```
 */
export function progressFrame(
  parts: ProgressParts,
  { columns, style, frame }: FrameOptions,
): [string, string, string] {
  const width = Math.max(20, columns) - 1;
  const colour = parts.mood === 'going' ? style.cyan : style.yellow;
  const spinner = colour(parts.mood === 'lost' ? '!' : (SPINNER[frame % SPINNER.length] ?? ' '));
  const text = fittingMessage(parts.message, width - 2);
  return [
    `${spinner} ${parts.mood === 'going' ? style.bold(text) : colour(text)}`,
    `  ${barLine(parts, width - 2, style)}`,
    `  ${style.dim(fitting(parts.figures, width - 2))}`,
  ];
}

const SHORTEST_SUBJECT = 8;

/** Shortens a message. Keeps the position (`[epoch 5/50]`, `: loading bars`): drops the text after it, then truncates the text before it. */
function fittingMessage(text: string, width: number): string {
  if (text.length <= width) return text;
  const where = /^(.+?)( \[[^\]]*\])/.exec(text) ?? /^(.+)(: [^:]+)$/.exec(text);
  const [, subject = '', place = ''] = where ?? [];
  const room = width - place.length;
  return where === null || room < SHORTEST_SUBJECT ? truncate(text, width) : truncate(subject, room) + place;
}

/** The bar, the percentage, and as many times as fit: the ETA is dropped first. */
function barLine(parts: ProgressParts, width: number, style: Style): string {
  const elapsed = parts.elapsedSeconds === null ? '' : `elapsed ${formatDuration(parts.elapsedSeconds)}`;
  const eta = parts.etaSeconds === null ? '' : `ETA ${formatDuration(parts.etaSeconds)}`;
  const tail = [elapsed, eta].filter((part) => part !== '');
  const head = ` ${parts.percentage.padStart(6)}`;
  const roomFor = (times: string[]) => width - head.length - times.map((time) => `  ${time}`).join('').length;
  while (tail.length > 0 && roomFor(tail) < NARROWEST_BAR) tail.pop();
  // Reserves room for both times, so that the bar keeps its width.
  const room = Math.min(roomFor(tail), width - head.length - '  elapsed 59m 59s  ETA 59m 59s'.length);
  const size = Math.max(NARROWEST_BAR, Math.min(WIDEST_BAR, room));
  return `${bar(parts, size, style)}${head}${tail.map((part) => style.dim(`  ${part}`)).join('')}`;
}

function bar({ fraction, mood }: ProgressParts, size: number, style: Style): string {
  const colour = mood === 'going' ? style.green : style.yellow;
  const halves = Math.floor(fraction * size * 2);
  const done = '━'.repeat(Math.floor(halves / 2));
  const tip = halves % 2 === 1 ? '╸' : '';
  const rest = '─'.repeat(size - done.length - tip.length);
  return `${colour(done + tip)}${style.dim(rest)}`;
}

/** Joins as many of the texts as fit into the width. */
function fitting(texts: string[], width: number): string {
  let line = '';
  for (const text of texts) {
    const longer = line === '' ? text : `${line}  ${text}`;
    if (longer.length > width) break;
    line = longer;
  }
  return line;
}
