import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { type EngineName, errorFromRecord, KtrdrError } from '@ktrdr/contracts';
import { arithmetic, denormalsAreTreatedAsZero } from '../engines/onnx/denormals.js';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import type { Lane } from './lane.js';
import type { LaneData, LaneMessage, LaneRequest } from './lane-messages.js';
import type { MemberHooks, MemberTask, TrainedMember } from './member.js';
import { SilenceWatch } from './watch-silence.js';

export interface ThreadLaneOptions {
  /** Called with a warning if the thread cannot start. Then the lane trains nothing. */
  onNoStart: (warning: string) => void;
  /** Tests replace it. */
  program?: string;
  resourceLimits?: ResourceLimits;
  silentAfterMs?: number;
}

/** The bundled program. The relative path is the same from `src` and from `dist`. */
const PROGRAM = fileURLToPath(new URL('../../dist/programs/lane-thread.js', import.meta.url));

/** A thread that sends no message for this long has failed, ms. A silent process has the same limit. */
const SILENT_AFTER_MS = 60_000;

const MB = 2 ** 20;

/** A member that is being trained. */
interface Running {
  hooks: MemberHooks;
  resolve(trained: TrainedMember): void;
  reject(error: unknown): void;
}

/**
 * A lane in a thread of this process. A thread that cannot start leaves its members to the other lanes. A thread that fails later fails
 * the member that it trains, or the next one that it is given.
 */
export class ThreadLane implements Lane {
  readonly ready: Promise<boolean>;
  private worker: Worker | null = null;
  private state: 'new' | 'starting' | 'ready' | 'ended' = 'new';
  private silence: SilenceWatch | null = null;
  /** Resolves when the thread has ended. */
  private exited: Promise<void> = Promise.resolve();
  private settleReady: (canTrain: boolean) => void = () => undefined;
  private running: Running | null = null;
  /** Whether the thread was asked for its state. */
  private isAsked = false;
  /** Why the thread can no longer train. */
  private failure: KtrdrError | null = null;

  constructor(
    private readonly engine: EngineName,
    private readonly options: ThreadLaneOptions,
  ) {
    this.ready = new Promise((resolve) => (this.settleReady = resolve));
  }

  /** Starts the thread. It takes the arithmetic of this thread, which the first session of ONNX Runtime sets. */
  start(): void {
    if (this.state !== 'new') return;
    this.state = 'starting';
    const {
      program = PROGRAM,
      resourceLimits = limitsOfThisHeap(),
      silentAfterMs = SILENT_AFTER_MS,
    } = this.options;
    const data: LaneData = { engine: this.engine, denormalsAsZero: denormalsAreTreatedAsZero() };
    let worker: Worker;
    try {
      worker = new Worker(program, { workerData: data, name: 'lane', resourceLimits });
    } catch (error) {
      this.fail(explainCrash(error as Error));
      return;
    }
    worker.on('message', (message: LaneMessage) => this.onMessage(message));
    worker.on('messageerror', (error) => this.fail(explainCrash(error)));
    worker.on('error', (error) => this.fail(explainCrash(error)));
    this.exited = new Promise((resolve) => {
      this.silence = new SilenceWatch(silentAfterMs, () => {
        this.fail(explainSilence(silentAfterMs));
        // the thread may never end by itself; it ends with the process
        resolve();
      });
      worker.once('exit', (code) => {
        this.silence?.stop();
        this.fail(explainCrash(new Error(`it ended with exit code ${code}`)));
        resolve();
      });
    });
    this.worker = worker;
  }

  train<Name extends string>(task: MemberTask<Name>, hooks: MemberHooks): Promise<TrainedMember<Name>> {
    const trained = new Promise<TrainedMember>((resolve, reject) => {
      this.running = { hooks, resolve, reject };
      if (this.failure !== null) this.fail(this.failure);
    });
    const stop = (): void => this.post({ type: 'stop' });
    const { from, signal, checkpoints } = hooks;
    this.isAsked = false;
    this.post({ type: 'train', task, from, last: checkpoints?.last ?? null });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return trained.finally(() => signal.removeEventListener('abort', stop)) as Promise<TrainedMember<Name>>;
  }

  /** Ends the thread. Waits until it computes nothing. */
  async end(): Promise<void> {
    this.state = 'ended';
    this.post({ type: 'end' });
    await this.exited;
  }

  private post(request: LaneRequest): void {
    this.worker?.postMessage(request);
  }

  private onMessage(message: LaneMessage): void {
    this.silence?.heard();
    if (message.type === 'ready' && this.state === 'starting') {
      this.state = 'ready';
      this.settleReady(message.arithmetic === arithmetic());
    }
    const { running } = this;
    if (running === null) return;
    const { checkpoints, onProgress } = running.hooks;
    switch (message.type) {
      case 'ready':
      case 'alive':
        break;
      case 'progress':
        onProgress(message.progress, message.ended);
        break;
      case 'state':
        this.isAsked = false;
        void checkpoints?.write(() => Promise.resolve(message.state));
        return;
      case 'trained':
        this.running = null;
        running.resolve(message.trained);
        return;
      case 'cancelled':
        this.running = null;
        running.reject(new TrainingCancelledError());
        return;
      case 'failed':
        this.running = null;
        running.reject(errorFromRecord(message.error));
        return;
    }
    if (!this.isAsked && checkpoints?.isDue === true) {
      this.isAsked = true;
      this.post({ type: 'capture' });
    }
  }

  private fail(error: KtrdrError): void {
    if (this.state === 'starting') {
      const { message } = error.cause as Error;
      this.options.onNoStart(
        `A training thread could not start (${message}). The training continues with fewer threads. It takes longer; the result is the same.`,
      );
      this.settleReady(false);
    }
    this.state = 'ended';
    this.failure ??= error;
    this.running?.reject(this.failure);
    this.running = null;
  }
}

/** Memory for the objects of a thread: the heap limit that the process was started with. */
function limitsOfThisHeap(): ResourceLimits {
  return { maxOldGenerationSizeMb: getHeapStatistics().heap_size_limit / MB };
}

const WHAT_NEXT =
  'Resume the training: it continues from its last checkpoint. If this happens again, set TRAINING_THREADS=1 to train in one thread.';

function explainSilence(silentAfterMs: number): KtrdrError {
  const cause = new Error(`no message for ${silentAfterMs / 1_000} s`);
  return new KtrdrError(
    'trainer_silent',
    `A training thread did not respond for ${silentAfterMs / 1_000} s. ${WHAT_NEXT}`,
    { cause },
  );
}

function explainCrash(cause: Error): KtrdrError {
  const ranOut = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const code = ranOut ? 'trainer_out_of_memory' : 'trainer_crashed';
  const what = ranOut ? 'ran out of memory' : 'crashed';
  return new KtrdrError(code, `A training thread ${what}: ${cause.message}. ${WHAT_NEXT}`, { cause });
}
