/**
 * Real services for tests: built apps as separate processes, real HTTP, separate folders. Nothing is mocked. Every
 * process of a sandbox carries the sandbox's id in its environment, so that leaked processes are found.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from '@ktrdr/contracts/testing';
import { TestProcess, TestService } from './test-service.js';
import { WatchedLoop } from './watched-loop.js';

/** Root folder of the repository. */
export const ROOT = join(import.meta.dirname, '../../../..');
const MARK = 'KTRDR_TEST_SANDBOX';
/** Makes a training write a checkpoint as soon as it trains, and then every 0.1 s. */
export const CHECKPOINTS_SOON = { TRAINING_CHECKPOINT_EVERY_MS: '100' };

/** Gives a cancelled training a minute to stop by itself. If it ends within a test, it was not killed. */
export const LONG_GRACE = { TRAINING_CANCEL_GRACE_MS: '60000' };

/** Time for children of a service that was killed to end by themselves, ms. */
const CHILDREN_LEAVE_MS = 5_000;

/** A user's default. Before its first training, a service measures the engines; most tests do not need that. */
export const AUTO_ENGINE = { TRAINING_ENGINE: 'auto' };

/** A user's default: a training process waits with loaded modules. Most tests do without it. */
export const WARM = { TRAINING_WARM_PROCESSES: '1' };

/** All files below a folder, sorted; empty if the folder does not exist. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** How a sandbox starts a process. */
export interface SpawnOptions {
  /** In its own process group. */
  detached?: boolean;
  /** Default: the sandbox's folder. */
  cwd?: string;
  /** Text on stdin. Default: stdin is empty. */
  input?: string;
}

/** The folders and processes of one test file. */
export class Sandbox {
  private readonly id = randomUUID();
  private readonly startedProcesses: TestProcess[] = [];
  private closed = false;

  private constructor(readonly directory: string) {}

  static async create(): Promise<Sandbox> {
    const sandbox = new Sandbox(await mkdtemp(join(tmpdir(), 'ktrdr-test-')));
    await mkdir(sandbox.dataDir);
    return sandbox;
  }

  get dataDir(): string {
    return join(this.directory, 'data');
  }

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  /**
   * Starts the built API with its own models and state; `name` distinguishes several. `shell` is a command that runs
   * before the service, whose command it gets as `"$0" "$@"`.
   */
  async startApi(name: string, settings: Record<string, string> = {}, shell?: string): Promise<TestService> {
    return this.service('api', name, settings, { shell });
  }

  async startHost(name: string, settings: Record<string, string> = {}, shell?: string): Promise<TestService> {
    return this.service('training-host', name, settings, { shell });
  }

  /** Starts a host and an API that trains on it, at the same time. */
  async startHostAndApi(
    names: { host: string; api: string },
    settings: { host?: Record<string, string>; api?: Record<string, string> } = {},
  ): Promise<{ host: TestService; api: TestService }> {
    const PORT = settings.host?.PORT ?? String(await freePort());
    const [host, api] = await Promise.all([
      this.startHost(names.host, { ...settings.host, PORT }),
      this.startApi(names.api, { ...Sandbox.onHost({ url: `http://127.0.0.1:${PORT}` }), ...settings.api }),
    ]);
    return { host, api };
  }

  /** Starts a host that takes trainings from the queue at `settings.TRAINING_QUEUE_URL`. */
  async startQueueHost(name: string, settings: Record<string, string>, shell?: string): Promise<TestService> {
    return this.service('training-host', name, settings, { shell, args: ['--queue'] });
  }

  /** Settings of an API that trains on `host`. */
  static onHost(host: { url: string }): Record<string, string> {
    return {
      USE_TRAINING_HOST_SERVICE: 'true',
      TRAINING_HOST_SERVICE_URL: host.url,
      TRAINING_HOST_POLL_MS: '100',
    };
  }

  /** Starts a process with the sandbox's environment. */
  spawn(command: string, args: string[], env: Record<string, string>, options?: SpawnOptions): TestProcess {
    return this.started(new TestProcess(this.child(command, args, env, options)));
  }

  /** Runs the built command line against an API. Its tokens are in the sandbox, not in the user's home. */
  ktrdr(
    api: { url: string },
    args: string[],
    options: SpawnOptions & { env?: Record<string, string> } = {},
  ): TestProcess {
    const { env, ...others } = options;
    const program = join(ROOT, 'apps/cli/bin/ktrdr.mjs');
    const settings = { KTRDR_API_URL: api.url, XDG_CONFIG_HOME: this.path('config'), ...env };
    return this.spawn(process.execPath, [program, ...args], settings, others);
  }

  /** Pids of processes of this sandbox whose command line contains `word`. */
  async processes(word = ''): Promise<number[]> {
    const entries = (await readdir('/proc')).filter((entry) => /^[0-9]+$/.test(entry));
    return entries
      .filter((entry) => readOfProcess(entry, 'cmdline').includes(word))
      .filter((entry) => readOfProcess(entry, 'environ').includes(`${MARK}=${this.id}`))
      .map(Number);
  }

  /** Pids of running training processes. A warm process has another title, and `--warm` before it has set its title. */
  async trainers(): Promise<number[]> {
    const pids = await this.processes('trainer');
    return pids.filter((pid) => !readOfProcess(String(pid), 'cmdline').includes('--warm'));
  }

  /** Pids of warm processes. */
  warmTrainers(): Promise<number[]> {
    return this.processes('ktrdr warm');
  }

  /** Stops everything. @throws if a process has outlived the service that started it */
  async close(): Promise<void> {
    this.closed = true;
    const stopped = await Promise.allSettled(this.startedProcesses.map((started) => started.stop()));
    // a child of a killed service needs a moment to notice that
    const deadline = performance.now() + CHILDREN_LEAVE_MS;
    let left = await this.processes();
    while (left.length > 0 && performance.now() < deadline) {
      await setTimeout(50);
      left = await this.processes();
    }
    const names = left.map(
      (pid) => `${pid} (${readOfProcess(String(pid), 'cmdline').replaceAll('\0', ' ').trim()})`,
    );
    for (const pid of left) process.kill(pid, 'SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`${left.length} processes outlived their services: ${names.join(', ')}`);
    for (const end of stopped) if (end.status === 'rejected') throw end.reason;
  }

  private async service(
    app: 'api' | 'training-host',
    name: string,
    settings: Record<string, string>,
    { shell, args = [] }: { shell?: string; args?: string[] } = {},
  ): Promise<TestService> {
    const port = settings.PORT ?? String(await freePort());
    const env = {
      PORT: port,
      HOST: '127.0.0.1',
      DATA_DIR: this.dataDir,
      MODELS_DIR: this.path(`${name}-models`),
      STATE_DIR: this.path(`${name}-state`),
      STRATEGIES_DIR: join(ROOT, 'strategies'),
      TRAINING_ENGINE: 'onnx',
      TRAINING_WARM_PROCESSES: '0',
      USE_TRAINING_HOST_SERVICE: 'false',
      ...settings,
      KTRDR_TEST_LOOP: this.path(`${name}-${port}.loop`),
      NODE_OPTIONS: nodeOptions(settings),
    };
    // another service's failed start may have closed the sandbox during the search for a port
    if (this.closed) throw new Error(`${name} does not start: its sandbox is closed`);
    const main = join(ROOT, 'apps', app, 'dist/main.js');
    const child =
      shell === undefined
        ? this.child(process.execPath, [main, ...args], env)
        : this.child('sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, main, ...args], env);
    const service = this.started(
      new TestService(child, `http://127.0.0.1:${port}`, new WatchedLoop(env.KTRDR_TEST_LOOP)),
    );
    await service.answering();
    return service;
  }

  private child(
    command: string,
    args: string[],
    env: Record<string, string>,
    { detached = false, cwd = this.directory, input }: SpawnOptions = {},
  ): ChildProcess {
    const child = spawn(command, args, {
      cwd,
      detached,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...withoutJest(process.env), ...env, [MARK]: this.id },
    });
    child.stdin?.end(input);
    return child;
  }

  private started<T extends TestProcess>(started: T): T {
    this.startedProcesses.push(started);
    return started;
  }
}

/** A service's options for Node: `pace.ts` and `loop-probe.ts`, then those of the settings. */
function nodeOptions({ NODE_OPTIONS = '' }: Record<string, string>): string {
  const loaded = ['pace', 'loop-probe'].map((name) =>
    pathToFileURL(join(ROOT, `packages/service-kit/dist/testing/${name}.js`)),
  );
  return `${loaded.map(({ href }) => `--import ${href}`).join(' ')} ${NODE_OPTIONS}`.trim();
}

/** Empty if the process has ended or belongs to another user. */
function readOfProcess(entry: string, file: string): string {
  try {
    // synchronous: /proc is in memory, and this runs many times per second
    return readFileSync(`/proc/${entry}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** Removes what this test run sets for its own processes. */
function withoutJest(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = { ...environment };
  delete env.NODE_OPTIONS;
  delete env.FORCE_COLOR;
  delete env.JEST_WORKER_ID;
  return env;
}
