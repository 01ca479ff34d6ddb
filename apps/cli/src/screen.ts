import type { CommandContext } from './context.js';
import type { Style } from './style.js';

/** What a view needs to know about the terminal. */
export interface Screen {
  /** Width in characters; `Infinity` without a terminal. */
  columns: number;
  /** The terminal shows more than ASCII. */
  unicode: boolean;
  style: Style;
  /** UTC ms, for times such as `3 min ago`. */
  now: number;
}

export function screenOf({ output, clock }: Pick<CommandContext, 'output' | 'clock'>): Screen {
  return { columns: output.columns, unicode: output.unicode, style: output.style, now: clock.now() };
}
