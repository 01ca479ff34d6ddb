/** Processes that a test started, and what it asks them. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ApiResponse,
  Operation,
  OperationStarted,
  SessionList,
  StartTrainingRequest,
  TrainingSession,
  TrainingSessionSummary,
} from '@ktrdr/contracts';
import { isTerminalStatus } from '@ktrdr/contracts';
import type { WatchedLoop } from './watched-loop.js';

/** A wait ends with its event. This limit is for faults, and for machines that do other work. Shorter than `LONG_GRACE`. */
const PATIENCE_MS = 50_000;
/** `until` asks often at first, and less often in a long wait: each question costs the service and the test some time, ms. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
const PAUSE_GROWTH = 1.2;

/** Status and body of an HTTP response. */
export interface Answer<T> {
  status: number;
  body: ApiResponse<T>;
}

/** Sends one HTTP request, with a timeout. */
export async function request<T = unknown>(method: string, url: string, body?: unknown): Promise<Answer<T>> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as ApiResponse<T> };
}

/** `data` of a successful response. @throws an error that shows the response, for a failed one */
export function dataOf<T>({ status, body }: Answer<T>): T {
  if (!body.success) throw new Error(`HTTP ${status}: ${JSON.stringify(body.error)}`);
  return body.data;
}

/** Repeats a request until the result fits. @throws an error with the last result after `withinMs` */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  fits: (value: T) => boolean,
  { withinMs = PATIENCE_MS, longestPauseMs = LONGEST_PAUSE_MS } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= PAUSE_GROWTH) {
    const value = await ask();
    if (fits(value)) return value;
    if (performance.now() > end)
      throw new Error(`${what}: not within ${withinMs} ms. Last: ${JSON.stringify(value)}`);
    await sleep(Math.min(pauseMs, longestPauseMs));
  }
}

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process started by a sandbox. */
export class TestProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  stdout = '';
  stderr = '';
  /** Both, in the order of arrival. */
  output = '';

  constructor(private readonly child: ChildProcess) {
    this.pid = child.pid ?? -1;
    const collect = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      this[stream] += chunk.toString();
      this.output += chunk.toString();
    };
    child.stdout?.on('data', collect('stdout'));
    child.stderr?.on('data', collect('stderr'));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Waits until stdout contains the text. @throws if the process ends before */
  async says(text: string): Promise<void> {
    await until(
      `'${text}' on stdout`,
      () => Promise.resolve({ stdout: this.stdout, stderr: this.stderr, running: this.running }),
      ({ stdout, stderr, running }) => {
        if (!running && !stdout.includes(text)) throw new Error(`never said '${text}':\n${stdout}${stderr}`);
        return stdout.includes(text);
      },
      { longestPauseMs: FIRST_PAUSE_MS },
    );
  }

  /** Closes the reading end of stdout, as `head` does. */
  closeStdout(): void {
    this.child.stdout?.destroy();
  }

  /** Stops the process as a supervisor would. If it does not end in time, it is killed and the test fails. */
  async stop(): Promise<ProcessEnd> {
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), PATIENCE_MS);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }
}

/** The API or a training host, ready to answer. */
export class TestService extends TestProcess {
  constructor(
    child: ChildProcess,
    readonly url: string,
    /** Measures how long requests hold the service's event loop. */
    readonly loop: WatchedLoop,
  ) {
    super(child);
  }

  get<T>(path: string): Promise<Answer<T>> {
    return request<T>('GET', this.url + path);
  }

  post<T>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return request<T>('POST', this.url + path, body);
  }

  /** Waits until the service answers, healthy or not. */
  async answering(): Promise<void> {
    await until(
      this.url,
      async () => {
        if (!this.running) {
          const { code, signal } = await this.ended;
          throw new Error(`The service ended while starting (${signal ?? code}):\n${this.output}`);
        }
        return fetch(this.url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      },
      (answer) => answer !== null,
      { withinMs: PATIENCE_MS },
    );
  }

  async startTraining(training: StartTrainingRequest): Promise<string> {
    return dataOf(await this.post<OperationStarted>('/trainings/start', training)).operation_id;
  }

  async operation(id: string): Promise<Operation> {
    return dataOf(await this.get<Operation>(`/operations/${id}`));
  }

  /**
   * Waits until the operation fits. Throws if it has completed, because it will not change again; a failed or cancelled
   * one may be resumed.
   */
  untilOperation(id: string, fits: (operation: Operation) => boolean, withinMs?: number): Promise<Operation> {
    const fitsOrMay = (operation: Operation): boolean => {
      if (fits(operation)) return true;
      if (operation.status === 'completed')
        throw new Error(`${id} has completed: ${JSON.stringify(operation)}`);
      return false;
    };
    return until(`operation ${id}`, () => this.operation(id), fitsOrMay, { withinMs });
  }

  untilEnded(id: string, withinMs = PATIENCE_MS): Promise<Operation> {
    return this.untilOperation(id, ({ status }) => isTerminalStatus(status), withinMs);
  }

  /** Waits until epochs are counted, so the training process is computing. */
  untilTraining(id: string, withinMs?: number): Promise<Operation> {
    return this.untilActive(id, ({ progress }) => (progress.context.current_batch ?? 0) > 0, withinMs);
  }

  /** Waits until the running training has written a checkpoint that the API knows. */
  untilCheckpoint(id: string, withinMs?: number): Promise<Operation> {
    return this.untilActive(id, ({ resumable }) => resumable, withinMs);
  }

  /** Waits until the operation fits. Throws if it has ended. */
  private untilActive(
    id: string,
    fits: (operation: Operation) => boolean,
    withinMs?: number,
  ): Promise<Operation> {
    const fitsActive = (operation: Operation): boolean => {
      if (isTerminalStatus(operation.status))
        throw new Error(`${id} ended before the expected state: ${JSON.stringify(operation)}`);
      return fits(operation);
    };
    return this.untilOperation(id, fitsActive, withinMs);
  }

  /** One session of a training host. */
  async session(id: string): Promise<TrainingSession> {
    return dataOf(await this.get<TrainingSession>(`/training/sessions/${id}`));
  }

  /** All sessions of a training host. */
  async sessions(): Promise<TrainingSessionSummary[]> {
    return dataOf(await this.get<SessionList>('/training/sessions')).sessions;
  }

  /** Waits until a training host has stored the end of its sessions, and so is free. Their processes end a moment earlier. */
  untilSessionsEnded(): Promise<TrainingSessionSummary[]> {
    return until(
      `the end of the sessions of ${this.url}`,
      () => this.sessions(),
      (sessions) => sessions.every(({ status }) => isTerminalStatus(status)),
    );
  }
}
