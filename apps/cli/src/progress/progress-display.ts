import type { ProgressState } from './progress-state.js';

/** Shows the progress of an operation of any type. */
export interface ProgressDisplay {
  show(state: ProgressState): void;
  /** Prints a permanent line above the redrawn lines. */
  note(text: string): void;
  /** Ends the display and clears the redrawn lines. */
  stop(): void;
}
