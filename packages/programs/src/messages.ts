import type { ErrorBody } from '@ktrdr/contracts';

/** A line of JSON that a program writes to stdout. The last one is the answer or the error. */
export type ProgramMessage<TAnswer, TStep> =
  | { step: TStep }
  /** It waits for a line on stdin before it continues. A second line asks it to stop. */
  | { waits: true }
  /** It was asked to stop, and has done nothing since its permission. */
  | { stopped: true }
  | { answer: TAnswer }
  | { error: ErrorBody };
