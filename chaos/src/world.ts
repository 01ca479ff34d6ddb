import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isTerminalStatus,
  type Operation,
  type OperationList,
  type OperationStarted,
} from '@ktrdr/contracts';
import {
  dataOf,
  freePort,
  Link,
  request,
  type Answer,
  type Sandbox,
  type TestService,
} from '@ktrdr/service-kit/testing';
import { CRASH_AT, type CrashPoint } from './crash-points.js';
import type { Fault, Mode, Plan } from './plan.js';
import { SmallDisk } from './small-disk.js';
import { TRAINING } from './training.js';

const LEASE_MS = 1_000;
/** A crash point that is not passed within this time is given up, ms. */
const CRASH_WITHIN_MS = 3_000;
/** How long the API may take to answer a person while everything is whole, ms. */
const ANSWER_MS = 30_000;

/** The services of one run, what is done to them, and what a person does with them. */
export class World {
  /** Acknowledged operations. */
  readonly ids: string[] = [];
  /** Of those a person has cancelled. */
  readonly cancelled = new Set<string>();
  readonly name: string;
  #api!: TestService;
  #host: TestService | null = null;
  #link: Link | null = null;
  #disk: SmallDisk | null = null;
  #settings: Record<string, string> = {};
  #hostSettings: Record<string, string> = {};

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly plan: Plan,
  ) {
    this.name = `run-${plan.seed}-${plan.mode}`;
  }

  static async open(sandbox: Sandbox, plan: Plan): Promise<World> {
    const world = new World(sandbox, plan);
    await world.#open();
    return world;
  }

  get url(): string {
    return this.#api.url;
  }

  /** Of the services' states. */
  get #directory(): string {
    return this.sandbox.path(`${this.name}-states`);
  }

  async #open(): Promise<void> {
    const { mode, onInterrupt } = this.plan;
    this.#disk = await SmallDisk.open(this.sandbox, this.#directory);
    const places: Record<Mode, () => Promise<Record<string, string>>> = {
      local: async () => ({}),
      host: () => this.#openHost(),
    };
    this.#settings = {
      PORT: String(await freePort()),
      LEASE_MS: String(LEASE_MS),
      ON_INTERRUPT: onInterrupt,
      STATE_DIR: join(this.#directory, 'api'),
      ...(await places[mode]()),
    };
    this.#api = await this.#startApi();
    await this.#owners('note');
  }

  /** @returns settings of an API that trains there */
  async #openHost(): Promise<Record<string, string>> {
    const port = await freePort();
    this.#hostSettings = {
      PORT: String(port),
      TRAINING_MAX_SESSIONS: '8',
      STATE_DIR: join(this.#directory, 'host'),
    };
    this.#host = await this.#startHost();
    this.#link = await Link.open(port);
    return {
      USE_TRAINING_HOST_SERVICE: 'true',
      TRAINING_HOST_SERVICE_URL: this.#link.url,
      TRAINING_HOST_POLL_MS: '50',
      TRAINING_HOST_TIMEOUT_MS: '5000',
    };
  }

  /** Starts a training as a program would that is not told twice: with a task id, until it is acknowledged. */
  async start(seed: number): Promise<void> {
    const body = { strategy: TRAINING, seed, task_id: `${this.name}-${seed}` };
    const answer = await this.#until(() =>
      request<OperationStarted>('POST', `${this.url}/trainings/start`, body),
    );
    this.ids.push(dataOf(answer).operation_id);
  }

  /** Whether it can be had on this machine: a full disk needs namespaces. */
  can({ kind }: Fault): boolean {
    return this.#disk !== null || !kind.startsWith('full disk');
  }

  async apply(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill api':
        await this.#restartApi('SIGKILL', fault.ms);
        break;
      case 'end api':
        await this.#restartApi('SIGTERM', fault.ms);
        break;
      case 'stop api':
        await this.#stopFor(this.#api.pid, fault.ms);
        break;
      case 'kill host':
        this.#host?.kill('SIGKILL');
        await this.#host?.ended;
        await sleep(fault.ms);
        this.#host = await this.#startHost();
        break;
      case 'stop host':
        if (this.#host !== null) await this.#stopFor(this.#host.pid, fault.ms);
        break;
      case 'kill trainer':
        for (const pid of await this.sandbox.trainers()) signal(pid, 'SIGKILL');
        break;
      case 'stop trainer':
        await Promise.all((await this.sandbox.trainers()).map((pid) => this.#stopFor(pid, fault.ms)));
        break;
      case 'crash':
        await this.#crash(fault.point);
        break;
      case 'cut link':
        this.#link?.cut();
        await sleep(fault.ms);
        this.#link?.heal();
        break;
      case 'delay link':
        this.#link?.delay(200);
        await sleep(fault.ms);
        this.#link?.heal();
        break;
      case 'full disk':
        await this.#disk?.fill();
        await sleep(fault.ms);
        await this.#disk?.empty();
        break;
      case 'full disk, kill api':
        await this.#disk?.fill();
        await sleep(fault.ms);
        this.#api.kill('SIGKILL');
        await this.#api.ended;
        await this.#disk?.empty();
        this.#api = await this.#startApi();
        break;
      case 'cancel':
      case 'resume':
        await this.#ask(fault.kind, fault.of);
        break;
    }
  }

  /** Every operation as it is. */
  async operations(): Promise<Operation[]> {
    const answer = await this.#until(() => request<OperationList>('GET', `${this.url}/operations?limit=100`));
    return dataOf(answer).operations;
  }

  /** What is wrong with the owners that operations have had. */
  async judgeOwners(): Promise<string[]> {
    const lines = await this.#owners('judge');
    return lines.split('\n').filter((line) => line !== '');
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.#until(() => request<T>('GET', this.url + path));
  }

  /** What a person does in the end: whatever failed, or was cancelled by nobody, is started again until it has completed. */
  async finish(withinMs: number): Promise<Operation[]> {
    const end = performance.now() + withinMs;
    for (;;) {
      const operations = await this.operations();
      const open = operations.filter(({ status, operation_id: id }) => {
        return !(status === 'completed' || (status === 'cancelled' && this.cancelled.has(id)));
      });
      if (open.length === 0 || performance.now() > end) return operations;
      for (const { operation_id: id, status, resumable } of open) {
        if (!isTerminalStatus(status)) continue;
        const how = resumable ? 'resume' : 'retry';
        // it may go on by itself meanwhile
        await request('POST', `${this.url}/operations/${id}/${how}`).catch(() => null);
      }
      await sleep(200);
    }
  }

  async close(): Promise<void> {
    await this.#api.stop();
    await this.#host?.stop();
    await this.#link?.close();
    await this.#disk?.close();
  }

  async #ask(what: 'cancel' | 'resume', of: number): Promise<void> {
    const id = this.ids[of % this.ids.length];
    if (id === undefined) return;
    const answer = await request('POST', `${this.url}/operations/${id}/${what}`, {}).catch(() => null);
    if (what === 'cancel' && answer?.body.success) this.cancelled.add(id);
    // whoever resumes it wants it no longer cancelled
    if (what === 'resume' && answer?.body.success) this.cancelled.delete(id);
  }

  async #owners(what: 'note' | 'judge'): Promise<string> {
    const program = new URL('./owners.js', import.meta.url).pathname;
    const database = join(this.#directory, 'api', 'ktrdr.db');
    const shell = this.#disk?.enter ?? 'exec "$0" "$@"';
    const args = ['-c', shell, process.execPath, program, what, database];
    const run = this.sandbox.spawn('sh', args, process.env as Record<string, string>);
    const { code } = await run.ended;
    if (code !== 0) throw new Error(`the owners of operations could not be read: ${run.output}`);
    return run.output;
  }

  #startApi(settings: Record<string, string> = {}): Promise<TestService> {
    return this.sandbox.startApi(this.name, { ...this.#settings, ...settings }, this.#disk?.enter);
  }

  #startHost(): Promise<TestService> {
    return this.sandbox.startHost(`${this.name}-host`, this.#hostSettings, this.#disk?.enter);
  }

  async #restartApi(signalName: 'SIGKILL' | 'SIGTERM', ms: number, settings = {}): Promise<void> {
    this.#api.kill(signalName);
    await this.#api.ended;
    await sleep(ms);
    this.#api = await this.#startApi(settings);
  }

  async #crash(point: CrashPoint): Promise<void> {
    const hook = new URL('./crash-hook.js', import.meta.url).href;
    const settings = { NODE_OPTIONS: `--import ${hook}`, [CRASH_AT]: JSON.stringify(point) };
    await this.#restartApi('SIGKILL', 0, settings);
    await Promise.race([this.#api.ended, sleep(CRASH_WITHIN_MS)]);
    await this.#restartApi('SIGKILL', 0);
  }

  async #stopFor(pid: number, ms: number): Promise<void> {
    signal(pid, 'SIGSTOP');
    await sleep(ms);
    signal(pid, 'SIGCONT');
  }

  /** Asks until there is an answer that is no refusal for a moment. */
  async #until<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const end = performance.now() + ANSWER_MS;
    for (;;) {
      const answer = await ask().catch(() => null);
      if (answer !== null && answer.status !== 503) return answer;
      if (performance.now() > end) throw new Error(`The API did not answer for ${ANSWER_MS / 1000} s.`);
      await sleep(50);
    }
  }
}

/** A process that is gone is as good as told. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
