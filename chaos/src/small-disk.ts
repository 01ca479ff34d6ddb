import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until, type Sandbox, type TestProcess } from '@ktrdr/service-kit/testing';

const MEBIBYTE = 1 << 20;
/** Room for what a run's services keep, several times over. */
const SIZE_MIB = 16;
/** tmpfs counts in pages. */
const PAGE_BYTES = 4096;
/** A disk that nobody has given back is gone after this time, s: longer than a run may take. */
const LONGEST_S = 900;

/**
 * A disk of a few MiB that can be filled to its last page and emptied again. It lies in a namespace of its own, which needs no
 * rights, and which a process holds until {@link close}; what is on it outlives the services.
 */
export class SmallDisk {
  readonly #holder: TestProcess;

  private constructor(
    holder: TestProcess,
    /** Its folder, as processes see it that were started with {@link enter}. */
    readonly directory: string,
  ) {
    this.#holder = holder;
  }

  /** `null` where the machine lets this user have no namespaces. */
  static async open(sandbox: Sandbox, directory: string): Promise<SmallDisk | null> {
    await mkdir(directory);
    const mount = `mount -t tmpfs -o size=${SIZE_MIB}m none "$0"`;
    const script = `${mount} && echo mounted && exec sleep ${LONGEST_S}`;
    const args = ['--map-root-user', '--mount', 'sh', '-c', script, directory];
    const holder = sandbox.spawn('unshare', args, process.env as Record<string, string>);
    await until(
      `the disk at ${directory}`,
      async () => holder.output.includes('mounted') || !holder.running,
      (isDecided) => isDecided,
    );
    return holder.running ? new SmallDisk(holder, directory) : null;
  }

  /** Shell text that lets a service see the disk. */
  get enter(): string {
    const target = `--target ${this.#holder.pid} --user --mount --preserve-credentials`;
    return `exec nsenter ${target} "$0" "$@"`;
  }

  /** A path of the disk, as this process sees it. */
  seen(path: string): string {
    return `/proc/${this.#holder.pid}/root${path}`;
  }

  /** Nothing more fits. */
  async fill(): Promise<void> {
    const ballast = await open(this.#ballast, 'w');
    try {
      for (const bytes of [MEBIBYTE, PAGE_BYTES]) await writeUntilFull(ballast, Buffer.alloc(bytes));
    } finally {
      await ballast.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async close(): Promise<void> {
    await this.#holder.stop();
  }

  get #ballast(): string {
    return this.seen(join(this.directory, 'ballast'));
  }
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<void> {
  for (let written = 0; written <= SIZE_MIB * MEBIBYTE; written += bytes.length) {
    try {
      await file.write(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
  throw new Error(`${SIZE_MIB} MiB did not fill the disk.`);
}
