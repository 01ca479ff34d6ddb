import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isTerminalStatus,
  type Operation,
  type OperationList,
  type OperationSummary,
  type OperationStarted,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { dataOf, request, WARM, type Answer, type Link, type Sandbox } from '@ktrdr/service-kit/testing';
import { CRASH_AT, type CrashOrder, type CrashPoint } from './crash-points.js';
import { openPlace, type Place } from './place.js';
import type { Fault, Plan } from './plan.js';
import { Service, signal, stopProcess } from './service.js';
import { SmallDisk } from './small-disk.js';
import { type PlannedTraining, requestOf } from './training.js';

const LEASE_MS = 1_000;
/** How long to wait for a process to reach its crash point, ms. */
const CRASH_WITHIN_MS = 10_000;
/** How long to retry a request while the API restarts or recovers, ms. */
const ANSWER_MS = 30_000;
/** Delay of a slow link, ms. */
const DELAY_MS = 200;

/** The services of one run, the faults applied to them, and the requests of their user. */
export class World {
  /** Operations that the API has acknowledged. */
  readonly ids: string[] = [];
  /** Operations that the user has cancelled. */
  readonly cancelled = new Set<string>();
  readonly name: string;
  // begin() sets both
  private api!: Service;
  private place!: Place;
  private disk: SmallDisk | null = null;
  private crashes = 0;

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly plan: Plan,
  ) {
    this.name = `run-${plan.seed}-${plan.mode}`;
  }

  static async open(sandbox: Sandbox, plan: Plan): Promise<World> {
    const world = new World(sandbox, plan);
    try {
      await world.begin();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  get url(): string {
    return this.api.url;
  }

  /** Parent of the services' state folders. */
  private get directory(): string {
    return this.sandbox.path(`${this.name}-states`);
  }

  private async begin(): Promise<void> {
    const { mode, onInterrupt } = this.plan;
    const { sandbox, name } = this;
    this.disk = await SmallDisk.open(sandbox, this.directory);
    const port = await freePort();
    const shell = this.disk?.enter;
    const settings = {
      LEASE_MS: String(LEASE_MS),
      TRAINING_ENGINE: 'onnx',
      TRAINING_CHECKPOINT_EVERY_MS: '200',
      // enough threads for lanes even if two trainings run
      TRAINING_THREADS: '4',
      ...WARM,
    };
    this.place = await openPlace(mode, {
      sandbox,
      name,
      directory: this.directory,
      settings,
      apiUrl: `http://127.0.0.1:${port}`,
      shell,
    });
    const own = {
      ...settings,
      ...this.place.apiSettings,
      PORT: String(port),
      ON_INTERRUPT: onInterrupt,
      STATE_DIR: join(this.directory, 'api'),
    };
    this.api = await Service.start((more) => sandbox.startApi(name, { ...own, ...more }, shell));
    await this.owners('note');
  }

  /** Starts a training. Repeats the request until the API acknowledges it; the task id prevents a duplicate. */
  async start(training: PlannedTraining): Promise<void> {
    const body = { ...requestOf(training), task_id: `${this.name}-${this.ids.length}` };
    const answer = await this.until(() =>
      request<OperationStarted>('POST', `${this.url}/trainings/start`, body),
    );
    this.ids.push(dataOf(answer).operation_id);
  }

  /** Starts another training if all have ended, so that the next fault has something to disturb. */
  async keepBusy(): Promise<void> {
    const operations = await this.operations();
    const { trainings } = this.plan;
    const next = trainings[this.ids.length % trainings.length];
    if (next !== undefined && operations.every(({ status }) => isTerminalStatus(status)))
      await this.start(next);
  }

  /** @returns a note for the report if the fault could not be applied, else `null` */
  async apply(fault: Fault): Promise<string | null> {
    const { link } = this.place;
    switch (fault.kind) {
      case 'kill api':
        await this.api.restart('SIGKILL', fault.ms);
        break;
      case 'end api':
        await this.api.restart('SIGTERM', fault.ms);
        break;
      case 'stop api':
        await this.api.stopFor(fault.ms);
        break;
      case 'kill host':
        await this.host(fault.of).service.restart('SIGKILL', fault.ms);
        break;
      case 'end host':
        await this.host(fault.of).service.restart('SIGTERM', fault.ms);
        break;
      case 'stop host':
        await this.host(fault.of).service.stopFor(fault.ms);
        break;
      case 'kill trainer':
        for (const pid of await this.sandbox.trainers()) signal(pid, 'SIGKILL');
        break;
      case 'stop trainer':
        await Promise.all((await this.sandbox.trainers()).map((pid) => stopProcess(pid, fault.ms)));
        break;
      case 'crash':
        return this.crash(fault.point);
      case 'cut link':
        await cut(link, fault.ms);
        break;
      case 'delay link':
        await delay(link, fault.ms);
        break;
      case 'cut host':
        await cut(this.host(fault.of).link, fault.ms);
        break;
      case 'delay host':
        await delay(this.host(fault.of).link, fault.ms);
        break;
      case 'full disk':
      case 'full disk, kill api':
        return this.fillDisk(fault);
      case 'cancel':
      case 'resume':
        await this.ask(fault.kind, fault.of);
        break;
    }
    return null;
  }

  /** The current state of every operation. */
  async operations(): Promise<OperationSummary[]> {
    const answer = await this.until(() => request<OperationList>('GET', `${this.url}/operations?limit=100`));
    return dataOf(answer).operations;
  }

  /** @returns the operations and epochs that had more than one owner */
  async judgeOwners(): Promise<string[]> {
    const lines = await this.owners('judge');
    return lines.split('\n').filter((line) => line !== '');
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.until(() => request<T>('GET', this.url + path));
  }

  /** Resumes or retries every operation that failed, or was cancelled without a request, until it completes or time is up. */
  async finish(withinMs: number): Promise<Operation[]> {
    const end = performance.now() + withinMs;
    for (;;) {
      const operations = await this.operations();
      const open = this.unfinished(operations);
      if (open.length === 0 || performance.now() > end) return this.withResults(operations);
      await this.startAgain(open);
      await sleep(200);
    }
  }

  async close(): Promise<void> {
    await this.api?.end('SIGTERM');
    await this.place?.close();
    await this.disk?.close();
  }

  private host(of: number): Place['hosts'][number] {
    const { hosts } = this.place;
    const host = hosts[of % hosts.length];
    if (host === undefined) throw new Error(`A ${this.plan.mode} run has no host.`);
    return host;
  }

  /** The same operations with their results. */
  private async withResults(operations: OperationSummary[]): Promise<Operation[]> {
    const answers = operations.map(({ operation_id: id }) => this.get<Operation>(`/operations/${id}`));
    return (await Promise.all(answers)).map(dataOf);
  }

  /** Operations that have neither completed nor been cancelled by the user. */
  private unfinished(operations: OperationSummary[]): OperationSummary[] {
    return operations.filter(({ status, operation_id: id }) => {
      return !(status === 'completed' || (status === 'cancelled' && this.cancelled.has(id)));
    });
  }

  /** Resumes or retries the operations that have ended. */
  private async startAgain(operations: OperationSummary[]): Promise<void> {
    for (const { operation_id: id, status, resumable } of operations) {
      if (!isTerminalStatus(status)) continue;
      const how = resumable ? 'resume' : 'retry';
      // the operation may already have been resumed automatically
      await request('POST', `${this.url}/operations/${id}/${how}`).catch(() => null);
    }
  }

  /** Skips the fault on a machine without user namespaces. */
  private async fillDisk({
    kind,
    ms,
  }: Fault & { kind: 'full disk' | 'full disk, kill api' }): Promise<string | null> {
    if (this.disk === null) return 'impossible here';
    await this.disk.fill();
    await sleep(ms);
    if (kind === 'full disk, kill api') await this.api.end('SIGKILL');
    await this.disk.empty();
    if (kind === 'full disk, kill api') await this.api.restart('SIGKILL');
    return null;
  }

  private async ask(what: 'cancel' | 'resume', of: number): Promise<void> {
    const id = this.ids[of % this.ids.length];
    if (id === undefined) return;
    const answer = await request('POST', `${this.url}/operations/${id}/${what}`, {}).catch(() => null);
    if (what === 'cancel' && answer?.body.success) this.cancelled.add(id);
    // a resume revokes the cancel
    if (what === 'resume' && answer?.body.success) this.cancelled.delete(id);
  }

  private async owners(what: 'note' | 'judge'): Promise<string> {
    const program = join(import.meta.dirname, 'owners.js');
    const database = join(this.directory, 'api', 'ktrdr.db');
    const shell = this.disk?.enter ?? 'exec "$0" "$@"';
    const args = ['-c', shell, process.execPath, program, what, database];
    const run = this.sandbox.spawn('sh', args, process.env as Record<string, string>);
    const { code } = await run.ended;
    if (code !== 0)
      throw new Error(
        `Cannot ${what} the owners of operations: ${program} ended with ${code}: ${run.output}`,
      );
    return run.output;
  }

  /** Restarts the service with a crash point. Keeps trainings running meanwhile, so that the point is reached. */
  private async crash(point: CrashPoint): Promise<string | null> {
    const hosts = this.place.hosts.map(({ service }) => service);
    const isApi = point.process === 'api/dist/main' || hosts.length === 0;
    const services = isApi ? [this.api] : hosts;
    const order: CrashOrder = {
      point,
      sign: this.sandbox.path(`${this.name}-crash-${(this.crashes += 1)}`),
    };
    const hook = new URL('./crash-hook.js', import.meta.url).href;
    const settings = { NODE_OPTIONS: `--import ${hook}`, [CRASH_AT]: JSON.stringify(order) };
    const starts = await Promise.allSettled(
      services.map((service) => service.restart('SIGKILL', 0, settings)),
    );
    const failed = starts.find(({ status }) => status === 'rejected');
    // the service may reach the crash point while it starts
    if (failed?.status === 'rejected' && !existsSync(order.sign)) throw failed.reason;
    const end = performance.now() + CRASH_WITHIN_MS;
    for (let isOver = false; !isOver && !existsSync(order.sign) && performance.now() < end; await sleep(50)) {
      const answer = await request<OperationList>('GET', `${this.url}/operations?limit=100`).catch(
        () => null,
      );
      if (!answer?.body.success) continue;
      const unfinished = this.unfinished(answer.body.data.operations);
      isOver = unfinished.length === 0;
      await this.startAgain(unfinished);
    }
    await Promise.all(services.map((service) => service.restart('SIGKILL')));
    return existsSync(order.sign) ? null : 'not reached';
  }

  /** Repeats a request until the API answers with another status than 503. */
  private async until<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const end = performance.now() + ANSWER_MS;
    for (;;) {
      const answer = await ask().catch(() => null);
      if (answer !== null && answer.status !== 503) return answer;
      if (performance.now() > end)
        throw new Error(`The API gave no answer, or only 503, for ${ANSWER_MS / 1000} s.`);
      await sleep(50);
    }
  }
}

async function cut(link: Link | null, ms: number): Promise<void> {
  link?.cut();
  await sleep(ms);
  link?.heal();
}

async function delay(link: Link | null, ms: number): Promise<void> {
  link?.delay(DELAY_MS);
  await sleep(ms);
  link?.heal();
}
