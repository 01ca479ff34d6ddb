import { createInterface } from 'node:readline';
import { KtrdrError } from '@ktrdr/contracts';
import type { ProgramMessage } from './messages.js';

/** What the work of a program may use. */
export interface RequestedWork<TStep> {
  /** Reports progress. */
  step: (step: TStep) => void;
  /** Waits until the parent allows the work to continue. If the parent refuses, this process ends. */
  untilAllowed: () => Promise<void>;
  /** Aborts when the parent asks the program to stop after its permission. Work that throws the reason has changed nothing. */
  signal: AbortSignal;
}

/**
 * A program that answers one request: reads it as a line of JSON from stdin, and writes its steps and then its answer, or the
 * `KtrdrError` of `work`, as lines of JSON to stdout. If stdin ends before that, the parent has ended, and the program exits. `askProgram`
 * is the other side.
 */
export function answerRequest<TRequest, TAnswer, TStep = never>(
  work: (request: TRequest, hooks: RequestedWork<TStep>) => Promise<TAnswer>,
): void {
  const lines = createInterface({ input: process.stdin });
  const stopping = new AbortController();
  const hooks: RequestedWork<TStep> = {
    step: (step) => say({ step }),
    untilAllowed: () =>
      new Promise((resolve) => {
        lines.once('line', () => {
          lines.once('line', () => stopping.abort(new Error('the parent asked to stop')));
          resolve();
        });
        say({ waits: true });
      }),
    signal: stopping.signal,
  };
  lines.once('close', () => process.exit(1));
  lines.once('line', (line) => {
    void answerOf(work(JSON.parse(line) as TRequest, hooks), stopping.signal).then((last) =>
      say(last, () => process.exit(0)),
    );
  });
}

async function answerOf<TAnswer>(
  work: Promise<TAnswer>,
  stopping: AbortSignal,
): Promise<ProgramMessage<TAnswer, never>> {
  try {
    return { answer: await work };
  } catch (error) {
    if (error instanceof KtrdrError) return { error: error.toBody() };
    if (stopping.aborted && error === stopping.reason) return { stopped: true };
    throw error;
  }
}

function say(message: ProgramMessage<unknown, unknown>, then?: () => void): void {
  process.stdout.write(`${JSON.stringify(message)}\n`, then);
}
