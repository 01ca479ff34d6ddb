import type { ProgressState } from './progress-state.js';

/** Shows an operation's progress: one for every type of operation. */
export interface ProgressDisplay {
  show(state: ProgressState): void;
  /** A line that stays, above what is redrawn. */
  note(text: string): void;
  /** Ends the display; what was redrawn is gone from the terminal. */
  stop(): void;
}
