import { truncate } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { formatDuration } from './duration.js';
import type { ProgressParts } from './progress-state.js';
import { sparkline } from './sparkline.js';

const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;
const LONGEST_LINE = 20;
/** A narrower terminal shows figures instead of the sparkline. */
const NARROWEST_WITH_LINE = 50;
export const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export interface FrameOptions {
  /** Width of the terminal, characters. Every line is shorter, so that none wraps. */
  columns: number;
  style: Style;
  /** The terminal shows Unicode: default true. */
  unicode?: boolean;
  /** Number of the frame, which selects the spinner character. */
  frame: number;
}

/**
 * Three terminal lines for an operation's progress: message, bar, and the latest metrics if there are any.
 *
 * ```text
 * ⠹ Training MLP model on AAPL [epoch 5/50] (batch 123/500)
 *   ━━━━━━━━━━━━━━━╸━━━━━━━━━━━━━━━━━━━━━━━━  34.2%  elapsed 12s  ETA 1m 20s
 *   █▇▅▄▃▂▂▁  val loss 0.9541  best 0.9541 (epoch 4)  12.3k samples/s  train loss 0.9123
 * ```
 */
export function progressFrame(
  parts: ProgressParts,
  { columns, style, frame, unicode = true }: FrameOptions,
): [string, string, string] {
  const width = Math.max(20, columns) - 1;
  const colour = parts.mood === 'going' ? style.cyan : style.yellow;
  const spinner = colour(parts.mood === 'lost' ? '!' : (SPINNER[frame % SPINNER.length] ?? ' '));
  const text = fittingMessage(parts.message, width - 2);
  return [
    `${spinner} ${parts.mood === 'going' ? style.bold(text) : colour(text)}`,
    `  ${barLine(parts, width - 2, style)}`,
    `  ${figuresLine(parts, width - 2, unicode, style)}`,
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
  return `${progressBar(parts, size, style)}${head}${tail.map((part) => style.dim(`  ${part}`)).join('')}`;
}

/** `━━━━╸─────` */
export function progressBar(
  { fraction, mood }: Pick<ProgressParts, 'fraction' | 'mood'>,
  size: number,
  style: Style,
): string {
  const colour = mood === 'going' ? style.green : style.yellow;
  const halves = Math.floor(fraction * size * 2);
  const done = '━'.repeat(Math.floor(halves / 2));
  const tip = halves % 2 === 1 ? '╸' : '';
  const rest = '─'.repeat(size - done.length - tip.length);
  return `${colour(done + tip)}${style.dim(rest)}`;
}

/** The sparkline of the loss, and as many figures as fit. */
function figuresLine(
  { losses, figures }: ProgressParts,
  width: number,
  unicode: boolean,
  style: Style,
): string {
  const isDrawn = unicode && losses.length > 1 && width >= NARROWEST_WITH_LINE;
  const line = isDrawn ? sparkline(losses, LONGEST_LINE) : '';
  const room = line === '' ? width : width - line.length - 2;
  const text = style.dim(fitting(figures, room));
  return line === '' ? text : `${style.cyan(line)}  ${text}`;
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
