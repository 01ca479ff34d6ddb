import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until, type Sandbox, type TestProcess } from '@ktrdr/service-kit/testing';

const MEBIBYTE = 1 << 20;
/** Several times the space that the services of a run need. */
const SIZE_MIB = 16;
/** tmpfs allocates whole pages. */
const PAGE_BYTES = 4096;
/** The disk disappears after this time, s, if nobody closes it. Longer than any run. */
const LONGEST_S = 900;

/**
 * A disk of a few MiB that can be filled to the last page and emptied again. It is a tmpfs in its own mount namespace, so it needs
 * no privileges. One process keeps the namespace open until {@link close}, so the files survive a restart of the services.
 */
export class SmallDisk {
  private constructor(
    private readonly holder: TestProcess,
    /** Mount point, as seen by processes started with {@link enter}. */
    readonly directory: string,
  ) {}

  /** @returns `null` if this user may not create namespaces */
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

  /** Shell command that starts a service inside the namespace. */
  get enter(): string {
    const target = `--target ${this.holder.pid} --user --mount --preserve-credentials`;
    return `exec nsenter ${target} "$0" "$@"`;
  }

  /** @returns the path under which this process sees `path` of the disk */
  seen(path: string): string {
    return `/proc/${this.holder.pid}/root${path}`;
  }

  /** Fills the disk to the last page. */
  async fill(): Promise<void> {
    const ballast = await open(this.ballast, 'w');
    try {
      for (const bytes of [MEBIBYTE, PAGE_BYTES]) await writeUntilFull(ballast, Buffer.alloc(bytes));
    } finally {
      await ballast.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  async close(): Promise<void> {
    await this.holder.stop();
  }

  private get ballast(): string {
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
