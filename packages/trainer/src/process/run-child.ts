import {
  errorFromRecord,
  KtrdrError,
  type EpochMetrics,
  type TrainingProgressUpdate,
} from '@ktrdr/contracts';
import type { TrainerMessage } from '@ktrdr/contracts/messages';
import { MemoryWatch } from '@ktrdr/programs';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';
import { type ChildHandle, startChild } from './child-handle.js';
import { endGracefully } from './end-gracefully.js';
import { explainEnd } from './explain-end.js';
import { SilenceWatch } from '../members/watch-silence.js';

const DEFAULT_SILENT_AFTER_MS = 60_000;
/** A child that does not exit this long after its last message is killed. */
const LEAVE_MS = 2_000;
const MB = 2 ** 20;

export interface TrainerProcessOptions {
  /**
   * After an abort, the child is asked to stop; after `graceMs` it gets SIGTERM, then SIGKILL. A child that has not trained a batch
   * is killed immediately: it has nothing to save and may be busy loading.
   */
  signal: AbortSignal;
  /** After an abort, the child is killed immediately. */
  forceSignal?: AbortSignal;
  graceMs: number;
  /** A child that sends no message for this long (ms) is killed. Default: 60 s. */
  silentAfterMs?: number;
  /** A child that uses more memory than this (MB) is killed. Default: no limit. */
  mostMemoryMb?: number;
  /** A process that is already there, instead of a new one. */
  waiting?: WaitingChild | null;
  /** @param ended the values of an epoch, at its end */
  onProgress(update: TrainingProgressUpdate, ended: EpochMetrics | null): void;
  /** Called after each checkpoint: the run can be resumed. */
  onCheckpoint?(): void;
  /** Called with each warning as soon as it is known. */
  onWarning?(warning: string): void;
  /** Called with each line that the child writes to stdout or stderr. */
  onOutput?(line: string): void;
}

/** A process that waits for its request. Its heap has the limit that it was started with. */
export interface WaitingChild {
  child: ChildHandle;
  /** It has sent `ready`. */
  isReady: boolean;
}

type LastMessage = Extract<TrainerMessage, { type: 'completed' | 'failed' | 'cancelled' }>;
type ReasonToEnd =
  | { type: 'cancelled' }
  | { type: 'silent' }
  | { type: 'memory'; usedMb: number; mostMb: number }
  | { type: 'failed_here'; error: unknown };

/**
 * Runs one training in one child process. The first reason to end the run wins. If the run completes before its cancellation takes
 * effect, its result counts. If a listener throws or a message is
 * not valid, the run ends with that error.
 */
export async function runChild(
  entry: string,
  request: TrainingRunRequest,
  options: TrainerProcessOptions,
): Promise<TrainingRunOutcome> {
  const { signal, forceSignal, graceMs, silentAfterMs = DEFAULT_SILENT_AFTER_MS, mostMemoryMb } = options;
  const { waiting = null } = options;
  const cancelled = () =>
    new TrainingCancelledError({ cause: (signal.aborted ? signal : forceSignal)?.reason });
  if (signal.aborted || forceSignal?.aborted === true) throw cancelled();

  let hasTrained = false;
  let last: LastMessage | null = null;
  let reason: ReasonToEnd | null = null;
  const calledOff: (() => void)[] = [];

  const onMessage = (message: TrainerMessage): void => {
    silence.heard();
    switch (message.type) {
      case 'ready':
        child.send({ type: 'start', request });
        break;
      case 'progress':
        hasTrained ||= message.update.current_batch !== null;
        try {
          options.onProgress(message.update, message.ended ?? null);
        } catch (error) {
          endNow({ type: 'failed_here', error });
        }
        break;
      case 'checkpoint':
        options.onCheckpoint?.();
        break;
      case 'warnings':
        for (const warning of message.warnings) options.onWarning?.(warning);
        break;
      case 'heartbeat':
        if (message.rss !== undefined) memory.heard(message.rss);
        break;
      case 'completed':
      case 'failed':
      case 'cancelled': {
        last = message;
        const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
        calledOff.push(() => clearTimeout(timer));
        break;
      }
    }
  };
  const listeners = {
    onMessage,
    onInvalid: (error: unknown) => endNow({ type: 'failed_here', error }),
    onOutput: (line: string) => options.onOutput?.(line),
  };
  const child = waiting?.child ?? startChild(entry, listeners, { mostHeapMb: mostMemoryMb });
  if (waiting !== null) {
    child.listen(listeners);
    if (waiting.isReady) child.send({ type: 'start', request });
  }
  const endNow = (why: ReasonToEnd): void => {
    reason ??= why;
    child.kill('SIGKILL');
  };
  const mostMb = mostMemoryMb ?? Infinity;
  const memory = new MemoryWatch(child.pid, mostMb * MB, (bytes) =>
    endNow({ type: 'memory', usedMb: Math.round(bytes / MB), mostMb }),
  );
  const silence = new SilenceWatch(silentAfterMs, () => endNow({ type: 'silent' }));
  const force = (): void => endNow({ type: 'cancelled' });
  const cancel = (): void => {
    if (!hasTrained) return force();
    reason ??= { type: 'cancelled' };
    calledOff.push(endGracefully(child, graceMs));
  };
  signal.addEventListener('abort', cancel, { once: true });
  forceSignal?.addEventListener('abort', force, { once: true });

  const end = await child.ended;
  silence.stop();
  memory.stop();
  signal.removeEventListener('abort', cancel);
  forceSignal?.removeEventListener('abort', force);
  for (const callOff of calledOff) callOff();
  return outcomeOf(last, reason, { cancelled, explain: () => explainEnd(end), silentAfterMs });
}

/** Errors for a run that did not complete. */
interface EndErrors {
  cancelled: () => TrainingCancelledError;
  explain: () => KtrdrError;
  silentAfterMs: number;
}

function outcomeOf(
  last: LastMessage | null,
  reason: ReasonToEnd | null,
  { cancelled, explain, silentAfterMs }: EndErrors,
): TrainingRunOutcome {
  if (reason?.type === 'failed_here') throw reason.error;
  if (last?.type === 'completed') return last.outcome;
  if (last?.type === 'failed') throw errorFromRecord(last.error);
  if (last?.type === 'cancelled' || reason?.type === 'cancelled') throw cancelled();
  if (reason?.type === 'memory') {
    const { usedMb, mostMb } = reason;
    throw new KtrdrError(
      'trainer_out_of_memory',
      `The training process used ${usedMb} MB of memory, more than its limit of ${mostMb} MB, and was ended. ` +
        'Use fewer units, features or rows or a smaller batch, or raise TRAINING_MAX_MEMORY_MB.',
      { details: { used_mb: usedMb, max_mb: mostMb } },
    );
  }
  if (reason?.type === 'silent') {
    throw new KtrdrError(
      'trainer_silent',
      `The training process did not respond for ${silentAfterMs / 1000} s and was killed. ` +
        'Nothing was stored. Start again. If this happens again, use fewer bars or smaller layers.',
      { details: { silent_after_ms: silentAfterMs } },
    );
  }
  throw explain();
}
