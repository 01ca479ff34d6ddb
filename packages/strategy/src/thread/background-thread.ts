import { Worker } from 'node:worker_threads';
import { errorFromBody, KtrdrError } from '@ktrdr/contracts';
import type { TaskAnswer } from './program.js';
import type { TASKS, TaskMessage } from './tasks.js';

/** The relative path is the same from `src` and from `dist`. */
const PROGRAM = new URL('../../dist/programs/program.js', import.meta.url);

/** A thread that needs more for its objects ends, and the process does not. Bars are outside this limit. */
const MOST_MEMORY_MB = 1024;

type Tasks = typeof TASKS;
type ResultOf<N extends keyof Tasks> = Awaited<ReturnType<Tasks[N]>>;

interface Job extends TaskMessage {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export interface BackgroundThreadOptions {
  /** A task that takes longer is stopped, ms. */
  timeoutMs: number;
  /** Maximum number of waiting tasks. */
  mostWaiting: number;
}

/**
 * Runs tasks in a separate thread, one at a time in order, so that no text and no bars file of a request holds the event loop of
 * the service. The thread starts with the first task.
 */
export class BackgroundThread {
  private worker: Worker | null = null;
  private current: Job | null = null;
  private forgetTimeout = (): void => {};
  private readonly waiting: Job[] = [];
  private stopped: KtrdrError | null = null;

  constructor(private readonly options: BackgroundThreadOptions) {}

  /**
   * @throws KtrdrError the task's error; `service_busy` if too many tasks wait, `computation_timeout`, `service_stopping`
   */
  run<N extends keyof Tasks>(name: N, ...args: Parameters<Tasks[N]>): Promise<ResultOf<N>> {
    if (this.stopped !== null) return Promise.reject(this.stopped);
    if (this.waiting.length >= this.options.mostWaiting) {
      const message = `${this.waiting.length} requests of this kind are waiting already. Try again in a moment.`;
      return Promise.reject(new KtrdrError('service_busy', message));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ name, args, resolve: resolve as (result: unknown) => void, reject });
      if (this.current === null) this.next();
    });
  }

  /** The service stops: ends the running task and refuses all others. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = new KtrdrError(
      'service_stopping',
      'The service is stopping. Try again after it has restarted.',
    );
    const jobs = [this.current, ...this.waiting.splice(0)];
    this.current = null;
    for (const job of jobs) job?.reject(this.stopped);
    await this.worker?.terminate();
  }

  private next(): void {
    this.forgetTimeout();
    const job = this.waiting.shift() ?? null;
    this.current = job;
    if (job === null) return;
    this.worker ??= this.start();
    this.worker.postMessage({ name: job.name, args: job.args } satisfies TaskMessage);
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    const stop = (): void => this.timeOut(job);
    timeout.addEventListener('abort', stop);
    // a listener would keep the job with its text in memory until the time is up
    this.forgetTimeout = () => timeout.removeEventListener('abort', stop);
  }

  private start(): Worker {
    const worker = new Worker(PROGRAM, { resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } });
    worker.unref();
    worker.on('message', (answer: TaskAnswer) => this.settle(worker, answer));
    worker.on('error', (failure: unknown) => this.lose(worker, failure));
    worker.on('exit', () => this.lose(worker, new Error('the thread ended during a task')));
    return worker;
  }

  private settle(worker: Worker, answer: TaskAnswer): void {
    if (worker !== this.worker || this.current === null) return;
    const job = this.current;
    if ('result' in answer) job.resolve(answer.result);
    else job.reject('error' in answer ? errorFromBody(answer.error) : answer.failure);
    this.next();
  }

  /** The thread has ended. The next task gets a new one. */
  private lose(worker: Worker, failure: unknown): void {
    if (worker !== this.worker) return;
    this.worker = null;
    this.current?.reject(failure);
    this.next();
  }

  private timeOut(job: Job): void {
    if (job !== this.current) return;
    const seconds = this.options.timeoutMs / 1000;
    const message = `The computation took longer than ${seconds} s and was stopped. Send a smaller text, or ask for fewer bars.`;
    job.reject(
      new KtrdrError('computation_timeout', message, { details: { timeout_ms: this.options.timeoutMs } }),
    );
    void this.worker?.terminate();
    this.worker = null;
    this.next();
  }
}
