import { setImmediate as turn } from 'node:timers/promises';

/** Time between two samples, ms. A hold is measured with about this precision. */
const EVERY_MS = 2;

/**
 * Measures how long this process's event loop is held. A hold counts only the time in which the process also computed
 * (`process.cpuUsage`): on a busy machine the process may wait for a processor, and that is no hold.
 */
export class LoopWatch {
  private readonly timer: NodeJS.Timeout;
  private wall = performance.now();
  private computed = computedMs();
  private longest = 0;

  constructor() {
    this.timer = setInterval(() => this.sample(), EVERY_MS);
  }

  /** Ends the watch. @returns the longest hold, ms */
  stop(): number {
    clearInterval(this.timer);
    this.sample();
    return this.longest;
  }

  private sample(): void {
    const [wall, computed] = [performance.now(), computedMs()];
    this.longest = Math.max(this.longest, Math.min(wall - this.wall, computed - this.computed));
    [this.wall, this.computed] = [wall, computed];
  }
}

/**
 * Runs `work` and measures the longest hold of this process's event loop meanwhile, ms. For services in this process.
 * The first run of any code is slower, because it is compiled then: run it once before.
 */
export async function watchingLoop<T>(work: () => Promise<T>): Promise<{ result: T; heldMs: number }> {
  await turn();
  const watch = new LoopWatch();
  try {
    const result = await work();
    // the end of the last hold
    await turn();
    return { result, heldMs: watch.stop() };
  } finally {
    watch.stop();
  }
}

/** Processor time of all threads of this process, ms. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
