import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type EngineName, errorFromRecord, KtrdrError } from '@ktrdr/contracts';
import { arithmetic, denormalsAreTreatedAsZero } from '../engines/onnx/denormals.js';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import type { Lane } from './lane.js';
import type { LaneData, LaneMessage, LaneRequest } from './lane-messages.js';
import type { MemberHooks, MemberTask, TrainedMember } from './member.js';
import { SilenceWatch } from './watch-silence.js';

/** The bundled program. The relative path is the same from `src` and from `dist`. */
const PROGRAM = fileURLToPath(new URL('../../dist/programs/lane-thread.js', import.meta.url));

/** A thread that sends no message for this long has failed, ms. A silent process has the same limit. */
const SILENT_AFTER_MS = 60_000;

/** A member that is being trained. */
interface Running {
  hooks: MemberHooks;
  resolve(trained: TrainedMember): void;
  reject(error: unknown): void;
}

/** A lane in a thread of this process. */
export class ThreadLane implements Lane {
  readonly ready: Promise<boolean>;
  private worker: Worker | null = null;
  private silence: SilenceWatch | null = null;
  /** Resolves when the thread has ended. */
  private exited: Promise<void> = Promise.resolve();
  private settleReady: (canTrain: boolean) => void = () => undefined;
  private running: Running | null = null;
  /** Whether the thread was asked for its state. */
  private isAsked = false;
  /** Why the thread can no longer train. */
  private failure: KtrdrError | null = null;

  constructor(private readonly engine: EngineName) {
    this.ready = new Promise((resolve) => (this.settleReady = resolve));
  }

  /** Starts the thread. It takes the arithmetic of this thread, which the first session of ONNX Runtime sets. */
  start(): void {
    if (this.worker !== null) return;
    const data: LaneData = { engine: this.engine, denormalsAsZero: denormalsAreTreatedAsZero() };
    const worker = new Worker(PROGRAM, { workerData: data, name: 'lane' });
    worker.on('message', (message: LaneMessage) => this.onMessage(message));
    worker.on('messageerror', (error) => this.fail(explainCrash(error)));
    worker.on('error', (error) => this.fail(explainCrash(error)));
    this.exited = new Promise((resolve) => {
      this.silence = new SilenceWatch(SILENT_AFTER_MS, () => {
        this.fail(SILENT);
        // the thread may never end by itself; it ends with the process
        resolve();
      });
      worker.once('exit', (code) => {
        this.silence?.stop();
        this.fail(explainCrash(new Error(`it ended with exit code ${code}`)));
        // a thread that could not start is the error of the next member
        this.settleReady(true);
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
    this.post({ type: 'end' });
    await this.exited;
  }

  private post(request: LaneRequest): void {
    this.worker?.postMessage(request);
  }

  private onMessage(message: LaneMessage): void {
    this.silence?.heard();
    if (message.type === 'ready') this.settleReady(message.arithmetic === arithmetic());
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
    this.failure ??= error;
    this.running?.reject(this.failure);
    this.running = null;
  }
}

const SILENT = new KtrdrError(
  'trainer_silent',
  `A thread of the training did not respond for ${SILENT_AFTER_MS / 1_000} s. Nothing was stored. Start again. ` +
    'If this happens again, use fewer bars or smaller layers.',
);

function explainCrash(cause: Error): KtrdrError {
  if ('code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new KtrdrError(
      'trainer_out_of_memory',
      `A thread of the training ran out of memory (${cause.message}). Use fewer bars or smaller layers, or set TRAINING_THREADS to 1, ` +
        'and start again.',
      { cause },
    );
  }
  return new KtrdrError(
    'trainer_crashed',
    `A thread of the training crashed: ${cause.message}. Nothing was stored. See the log of the service. With TRAINING_THREADS=1 ` +
      'a training starts no threads.',
    { cause },
  );
}
