/** Real processes for tests: the built API with temporary folders, and the built CLI. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@ktrdr/contracts/testing';

export const ROOT = join(import.meta.dirname, '../../..');

/** Generous, because other tests may keep the machine busy. */
const START_MS = 40_000;

/** A running program and its output so far. */
export class Program {
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(
    args: string[],
    environment: Record<string, string>,
    { command = process.execPath, cwd = ROOT } = {},
  ) {
    const { FORCE_COLOR: _, NODE_OPTIONS: __, ...inherited } = process.env;
    this.child = spawn(command, args, {
      cwd,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Closes the reading end of stdout, as `head` does. */
  closeStdout(): void {
    this.child.stdout?.destroy();
  }

  async says(text: string, withinMs = 50_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!this.stdout.includes(text)) {
      if (performance.now() > deadline || this.child.exitCode !== null) {
        throw new Error(`never said '${text}':\n${this.stdout}${this.stderr}`);
      }
      await sleep(10);
    }
  }
}

/** The API on a port that stays the same over restarts. */
export class TestApi {
  private readonly folder: string;
  private readonly port: number;
  private program: Program | null = null;

  private constructor(
    folder: string,
    port: number,
    private readonly settings: Record<string, string>,
  ) {
    this.folder = folder;
    this.port = port;
  }

  static async start(settings: Record<string, string> = {}): Promise<TestApi> {
    const api = new TestApi(await mkdtemp(join(tmpdir(), 'ktrdr-cli-')), await freePort(), settings);
    await api.start();
    return api;
  }

  /** With a host name, so that the name lookup is tested too. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async start(): Promise<void> {
    const folder = (name: string) => join(this.folder, name);
    const program = new Program(['apps/api/dist/main.js'], {
      HOST: '127.0.0.1',
      PORT: String(this.port),
      DATA_DIR: folder('data'),
      MODELS_DIR: folder('models'),
      STATE_DIR: folder('state'),
      LEASE_MS: '1000',
      USE_TRAINING_HOST_SERVICE: 'false',
      ...this.settings,
    });
    this.program = program;
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      // any status is enough: the health is down while a configured host is missing
      const answers = await fetch(`${this.url}/health`).then(
        () => true,
        () => false,
      );
      if (answers) return;
      await sleep(50);
    }
    throw new Error(`The API did not start:\n${program.stdout}${program.stderr}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.program?.kill(signal);
    await this.program?.ended;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Starts the CLI with the address of this API. */
  ktrdr(...args: string[]): Program {
    return new Program(['apps/cli/bin/ktrdr.mjs', ...args], { KTRDR_API_URL: this.url });
  }
}
