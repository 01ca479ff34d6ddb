import { readFile } from 'node:fs/promises';

const EVERY_MS = 200;
const KB = 1_024;

/**
 * Calls `onExceeded` once if a process uses more memory than allowed. On Linux it reads the process's resident memory five times a
 * second; elsewhere it relies on {@link heard}.
 */
export class MemoryWatch {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  /** @param onExceeded gets the bytes in use */
  constructor(
    pid: number | undefined,
    private readonly mostBytes: number,
    private readonly onExceeded: (bytes: number) => void,
  ) {
    if (pid === undefined || process.platform !== 'linux' || mostBytes === Infinity) return;
    this.timer = setInterval(() => void this.look(`/proc/${pid}/status`), EVERY_MS);
  }

  /** The process has reported its resident memory. */
  heard(bytes: number): void {
    if (this.stopped || bytes <= this.mostBytes) return;
    this.stop();
    this.onExceeded(bytes);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearInterval(this.timer);
  }

  private async look(status: string): Promise<void> {
    // the process may have ended
    const text = await readFile(status, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
    if (kilobytes !== undefined) this.heard(Number(kilobytes) * KB);
  }
}
