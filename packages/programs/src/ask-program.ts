import { errorFromBody, type KtrdrError } from '@ktrdr/contracts';
import type { ProgramMessage } from './messages.js';
import { type ProgramEnd, runProgram } from './run-program.js';

/** Output that a program may write. Much more than a report of hundred symbols and hundred years. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** After its permission to go on, a program has this long (ms) to finish when it is cancelled. */
const GRACE_MS = 10_000;

/** A request to a program that was written with `answerRequest`. */
export interface ProgramRequest<TStep> {
  /**
   * After an abort, the process is killed. The promise settles after its end. A program that has its permission to go on is about to
   * store its result: it may finish within ten seconds, and its answer counts.
   */
  signal: AbortSignal;
  /** ms until the process is killed. Default: no limit. */
  timeoutMs?: number;
  /** The process is killed if it uses more memory than this. Default: no limit. */
  mostMemoryMb?: number;
  onStep?: (step: TStep) => void;
  /** Called when the program waits for its permission to go on. If it throws, the process is killed. */
  mayGoOn?: () => Promise<void>;
  /** The error for a process that ended without an answer. */
  unanswered: (end: ProgramEnd) => KtrdrError;
}

/**
 * Lets a program answer one request in its own short-lived process, so that the work blocks nothing here, can be killed at any time,
 * and cannot end this process by a native crash.
 *
 * @throws KtrdrError the program's error, or that of `unanswered`; what `mayGoOn` throws
 * @throws the signal's reason after an abort
 */
export async function askProgram<TAnswer, TStep = never>(
  program: string,
  request: object,
  { signal, onStep, mayGoOn, unanswered, ...limits }: ProgramRequest<TStep>,
): Promise<TAnswer> {
  let last: ProgramMessage<TAnswer, TStep> | null = null;
  const killing = new AbortController();
  const kill = (reason: unknown): void => killing.abort(reason);
  let isAllowed = false;
  let grace: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    if (!isAllowed) return kill(signal.reason);
    grace = setTimeout(() => kill(signal.reason), GRACE_MS);
  };
  const allow = async (write: (text: string) => void): Promise<void> => {
    await mayGoOn!();
    isAllowed = true;
    write('\n');
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', cancel, { once: true });
  const end = await runProgram([program], {
    ...limits,
    signal: killing.signal,
    input: `${JSON.stringify(request)}\n`,
    mostOutputBytes: MOST_OUTPUT_BYTES,
    onLine: (line, write) => {
      last = JSON.parse(line) as ProgramMessage<TAnswer, TStep>;
      if ('step' in last) onStep?.(last.step);
      else if ('waits' in last) allow(write).catch(kill);
    },
  }).finally(() => {
    signal.removeEventListener('abort', cancel);
    clearTimeout(grace);
  });
  // assigned in a callback, which the compiler does not see
  const answer = last as ProgramMessage<TAnswer, TStep> | null;
  if (end.error === null && answer !== null) {
    if ('error' in answer) throw errorFromBody(answer.error);
    if ('answer' in answer) return answer.answer;
  }
  throw unanswered(end);
}
