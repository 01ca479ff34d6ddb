import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiResponse, CreatedToken, OperationList, OperationStarted, Role } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import {
  QUICK,
  ROOT,
  Sandbox,
  dataOf,
  until,
  type Answer,
  type TestService,
} from '@ktrdr/service-kit/testing';
import { send, type ReceivedAnswer, type SentRequest } from './http.js';
import { checkAnswer } from './refusal.js';
import { Trace, type Allowed } from './trace.js';
import { withoutHold } from './without-hold.js';

/** Files that the start of a process reads (Node, native libraries, the search for GPUs), and files that the doctor reads. */
const OF_THE_SYSTEM = [
  '/dev/dri',
  '/dev/null',
  '/dev/urandom',
  '/etc/host.conf',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/localtime',
  '/etc/netsvc.conf',
  '/etc/nsswitch.conf',
  '/etc/resolv.conf',
  '/etc/ssl',
  '/etc/svc.conf',
  '/lib',
  '/lib64',
  '/usr/lib',
  '/usr/share/zoneinfo',
  '/proc/cpuinfo',
  '/proc/driver/nvidia',
  '/proc/filesystems',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/stat',
  '/proc/sys',
  '/proc/version_signature',
  '/proc/*/auxv',
  '/proc/*/cgroup',
  '/proc/*/limits',
  '/proc/*/maps',
  '/proc/*/stat',
  '/proc/*/status',
  '/proc/*/task',
  '/sys/bus/pci',
  '/sys/class/drm',
  '/sys/devices',
  '/sys/fs/cgroup',
];

/** A refusal for the number of requests would tell nothing about the case. */
const NO_LIMITS = { RATE_LIMIT_READS: '1000000', RATE_LIMIT_CHANGES: '1000000' };

/** A valid token of each role, and one that was revoked. */
export type Tokens = Record<Role | 'revoked', string>;

/** Folders with files and traps, and a real API on them, traced and watched. */
export class World {
  private service: TestService | null = null;
  private trace: Trace | null = null;
  private ports: number[] = [];
  private admin: string | null = null;
  private started = 0;

  private constructor(
    readonly sandbox: Sandbox,
    private readonly settings: Record<string, string>,
    readonly traced: boolean,
  ) {}

  /** @param settings of the API */
  static async create(settings: Record<string, string> = {}): Promise<World> {
    const world = new World(await Sandbox.create(), settings, Trace.isPossible());
    await world.fill();
    return world;
  }

  /** The API; a new one after a crash. */
  async api(): Promise<TestService> {
    if (this.service?.running === true) return this.service;
    const port = await this.freePort();
    this.started += 1;
    this.trace = this.traced ? new Trace(this.sandbox.path(`trace-${this.started}`)) : null;
    this.service = await this.sandbox.startApi(
      'fuzz',
      { PORT: String(port), STRATEGIES_DIR: this.sandbox.path('strategies'), ...NO_LIMITS, ...this.settings },
      this.trace?.shell,
    );
    this.ports = [port];
    // what it opens when it starts does not depend on any input
    await send(this.service.url, { method: 'GET', path: '/openapi.json', headers: {}, body: null });
    this.trace?.skip();
    return this.service;
  }

  /** Sends one request. @throws an error if the answer, or what the service did meanwhile, breaks a promise */
  async request(sent: SentRequest): Promise<ReceivedAnswer> {
    const api = await this.api();
    return withoutHold(async () => {
      const measured = await api.loop
        .during(() => send(api.url, sent))
        .catch((error: unknown) => {
          throw new Error(
            `no answer: ${String(error)}${api.running ? '' : `\nthe service has ended:\n${api.output.slice(-2_000)}`}`,
          );
        });
      checkAnswer(measured.result, sent.method);
      this.checkTrace();
      return measured;
    });
  }

  /** @throws an error if the service has opened something that it may not open */
  checkTrace(): void {
    const problems = this.trace?.violations(this.allowed()) ?? [];
    if (problems.length > 0)
      throw new Error(`opened outside its folders:\n${[...new Set(problems)].slice(0, 40).join('\n')}`);
  }

  /** A model that the API has trained. @returns `strategy/version` */
  async trainedModel(): Promise<string> {
    const api = await this.api();
    const id = await api.startTraining({ strategy: QUICK, strategy_name: undefined });
    await api.untilEnded(id);
    return 'pattern/1h_v1';
  }

  /** An operation that has ended. */
  async endedOperation(): Promise<string> {
    const api = await this.api();
    const started = await api.post<OperationStarted>('/dummy/start', {
      iterations: 1,
      duration_seconds: 0.001,
    });
    const { operation_id } = dataOf(started);
    await api.untilEnded(operation_id);
    return operation_id;
  }

  /** Creates tokens. From then on, every request needs one. */
  async tokens(): Promise<Tokens> {
    const create = async (role: Role, name: string) => {
      const { token } = dataOf(await this.ask<CreatedToken>('POST', '/tokens', { name, role }));
      this.admin ??= token;
      return token;
    };
    // the first one must be an admin's
    const admin = await create('admin', 'fuzz-admin');
    const revoked = await create('admin', 'fuzz-revoked');
    await this.ask('DELETE', '/tokens/fuzz-revoked');
    return {
      admin,
      revoked,
      operate: await create('operate', 'fuzz-operate'),
      read: await create('read', 'fuzz-read'),
    };
  }

  /**
   * Ends what the cases have started, then the service. A failed case may have started something that does not end: then
   * `expectEnd` is false. @throws an error if the service does not end as promised
   */
  async close({ expectEnd }: { expectEnd: boolean }): Promise<void> {
    try {
      if (expectEnd && this.service?.running === true) {
        await this.cancelAll();
        this.checkTrace();
        const { code, signal } = await this.service.stop();
        if (code !== 0)
          throw new Error(`the service ended with ${signal ?? code}:\n${this.service.output.slice(-2_000)}`);
      }
    } finally {
      await this.sandbox.close();
      await rm(this.outside, { recursive: true, force: true });
    }
  }

  private async cancelAll(): Promise<void> {
    await until(
      'the end of all operations',
      async () => {
        const { operations, active_count } = dataOf(
          await this.ask<OperationList>('GET', '/operations?limit=1000'),
        );
        const active = operations.filter(({ completed_at }) => completed_at === null);
        await Promise.all(
          active.map(({ operation_id }) =>
            this.ask('POST', `/operations/${operation_id}/cancel`, { force: true }),
          ),
        );
        return active_count;
      },
      (count) => count === 0,
    );
  }

  /** Sends a request as the admin. */
  private async ask<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    const { url } = await this.api();
    const authorization: SentRequest['headers'] =
      this.admin === null ? {} : { authorization: `Bearer ${this.admin}` };
    const { status, text } = await send(url, {
      method,
      path,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status, body: JSON.parse(text) as ApiResponse<T> };
  }

  /** A folder that nothing may open. */
  private get outside(): string {
    return `${this.sandbox.directory}-outside`;
  }

  /** A file there. */
  get secret(): string {
    return join(this.outside, 'secret');
  }

  /** The folder of models. */
  get modelsDir(): string {
    return this.sandbox.path('fuzz-models');
  }

  private allowed(): Allowed {
    return {
      // the service tells the kernel which of its processes to end first when memory is short
      own: [this.sandbox.directory, '/dev/null', '/dev/shm', '/proc/*/oom_score_adj'],
      readable: [
        ROOT,
        join(process.execPath, '../..'),
        process.execPath,
        '/bin/sh',
        '/usr/bin/dash',
        ...OF_THE_SYSTEM,
      ],
      ports: this.ports,
    };
  }

  private async freePort(): Promise<number> {
    const { freePort } = await import('@ktrdr/contracts/testing');
    return freePort();
  }

  private async fill(): Promise<void> {
    const { sandbox } = this;
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol: 'AAPL',
      timeframe: '1h',
      startDate: '2024-01-01',
      endDate: '2024-03-01',
    });
    await mkdir(this.outside);
    const { secret } = this;
    await writeFile(secret, 'timestamp,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,1,1,1,1\n');
    await mkdir(sandbox.path('strategies', 'FOLDER.yaml'), { recursive: true });
    await writeFile(sandbox.path('strategies', 'quick.yaml'), QUICK);
    await symlink(secret, sandbox.path('strategies', 'LINK.yaml'));
    await mkdir(join(sandbox.dataDir, 'FOLDER_1h.csv'));
    await symlink(secret, join(sandbox.dataDir, 'LINK_1h.csv'));
    for (const file of [join(sandbox.dataDir, 'FIFO_1h.csv'), sandbox.path('strategies', 'FIFO.yaml')])
      execFileSync('mkfifo', [file]);
  }
}
