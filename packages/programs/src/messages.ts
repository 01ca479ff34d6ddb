import type { ErrorBody } from '@ktrdr/contracts';

/** A line of JSON that a program writes to stdout. The last one is the answer or the error. */
export type ProgramMessage<TAnswer, TStep> =
  | { step: TStep }
  /** It waits for a line on stdin before it goes on. */
  | { waits: true }
  | { answer: TAnswer }
  | { error: ErrorBody };
