import { ANNOUNCE_MS, type AnnouncedWorker } from './messages.js';
import type { Clock } from '@ktrdr/orchestrator';

/** Time in which every running worker has announced itself, ms. */
const ALL_ANNOUNCED_MS = ANNOUNCE_MS + 500;
/** A worker is removed from the list after this long without an announcement, ms. */
const EXPIRY_MS = 60_000;
/** Number of workers that are listed. */
const MOST_WORKERS = 1_000;

/** A worker and the time of its last announcement. */
export interface KnownWorker<TDescription> extends AnnouncedWorker<TDescription> {
  /** Ms since 1970, UTC. */
  lastHeartbeat: number;
}

/** The workers that have announced themselves recently. */
export class KnownWorkers<TDescription> {
  /** Ordered by last message, the oldest first. */
  private readonly workers = new Map<string, KnownWorker<TDescription>>();
  /** Time since when this process hears workers, monotonic ms. */
  private listensSince: number | null = null;

  constructor(private readonly clock: Clock) {}

  get isListening(): boolean {
    return this.listensSince !== null;
  }

  /** From now on, announcements arrive. */
  listens(): void {
    this.listensSince ??= this.clock.monotonic();
  }

  /** The worker with the oldest last message is dropped: anyone with access to the queue can invent workers. */
  heard(worker: AnnouncedWorker<TDescription>): void {
    const { workers } = this;
    workers.delete(worker.name);
    workers.set(worker.name, { ...worker, lastHeartbeat: this.clock.now() });
    const [oldest] = workers.keys();
    if (workers.size > MOST_WORKERS && oldest !== undefined) workers.delete(oldest);
  }

  left(name: string): void {
    this.workers.delete(name);
  }

  /** Sorted by name. Shortly after the start, waits until all running workers have announced themselves. */
  async list(): Promise<KnownWorker<TDescription>[]> {
    const { clock } = this;
    const since = this.listensSince ?? clock.monotonic();
    await clock.sleep(Math.max(0, since + ALL_ANNOUNCED_MS - clock.monotonic()));
    const now = clock.now();
    for (const [name, worker] of this.workers) {
      if (now - worker.lastHeartbeat > EXPIRY_MS) this.workers.delete(name);
    }
    return [...this.workers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
