import { errorFromBody, type KtrdrError } from '@ktrdr/contracts';
import type { ProgramMessage } from './messages.js';
import { type ProgramEnd, runProgram } from './run-program.js';

/** Output that a program may write. Much more than a report of hundred symbols and hundred years. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** For a program that waits for its permission before it stores its result. */
export interface ProgramPermission {
  /** Called when the program waits. If it throws, the process is killed. */
  ask: () => Promise<void>;
  /** Time (ms) that a cancelled program has to stop, or to finish, after its permission. Then it is killed. */
  graceMs: number;
  /** The error for one that was killed then: nobody knows whether its result is stored. */
  undecided: () => KtrdrError;
}

/** A request to a program that was written with `answerRequest`. */
export interface ProgramRequest<TStep> {
  /**
   * After an abort, the process is killed. The promise settles after its end. A program that has its permission is asked to stop
   * instead. If it is too late for that, it finishes, and its answer counts.
   */
  signal: AbortSignal;
  /** ms until the process is killed. Default: no limit. */
  timeoutMs?: number;
  /** The process is killed if it uses more memory than this. Default: no limit. */
  mostMemoryMb?: number;
  onStep?: (step: TStep) => void;
  permission?: ProgramPermission;
  /** The error for a process that ended without an answer. */
  unanswered: (end: ProgramEnd) => KtrdrError;
}

/**
 * Lets a program answer one request in its own short-lived process, so that the work blocks nothing here, can be killed at any time,
 * and cannot end this process by a native crash.
 *
 * @throws KtrdrError the program's error, or that of `unanswered` or `permission`; what `permission.ask` throws
 * @throws the signal's reason after an abort
 */
export async function askProgram<TAnswer, TStep = never>(
  program: string,
  request: object,
  { signal, onStep, permission, unanswered, ...limits }: ProgramRequest<TStep>,
): Promise<TAnswer> {
  let last: ProgramMessage<TAnswer, TStep> | null = null;
  const killing = new AbortController();
  const kill = (reason: unknown): void => killing.abort(reason);
  let stop = (): void => kill(signal.reason);
  let grace: NodeJS.Timeout | undefined;
  const cancel = (): void => stop();
  const allow = async (write: (text: string) => void): Promise<void> => {
    const { ask, graceMs, undecided } = permission!;
    await ask();
    signal.throwIfAborted();
    stop = () => {
      grace = setTimeout(() => kill(undecided()), graceMs);
      write('\n');
    };
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
    if ('stopped' in answer) throw signal.reason;
  }
  throw unanswered(end);
}
