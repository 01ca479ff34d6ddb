import type { EngineName } from '@ktrdr/contracts';
import type { DataPart } from '../data/data-parts.js';
import type { Lane, OwnLane } from './lane.js';
import { SharedArrays } from './share.js';
import { ThreadLane, type ThreadLaneOptions } from './thread-lane.js';

/** The lanes of a run: its own thread, and other threads of the process. The seeds use them first, then the folds. */
export class Lanes {
  private readonly threads: readonly ThreadLane[];
  private readonly arrays: SharedArrays | null;

  /** @param count number of lanes */
  constructor(engine: EngineName, count: number, options: ThreadLaneOptions) {
    this.threads = Array.from({ length: count - 1 }, () => new ThreadLane(engine, options));
    this.arrays = count > 1 ? new SharedArrays() : null;
  }

  get count(): number {
    return this.threads.length + 1;
  }

  /** All lanes, the run's own first. */
  with(own: OwnLane): [Lane, ...Lane[]] {
    return [own, ...this.threads];
  }

  /** The parts in memory that all lanes read; the same parts with one lane. */
  share<Parts extends Record<string, DataPart>>(parts: Parts): Parts {
    const { arrays } = this;
    if (arrays === null) return parts;
    return Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, arrays.part(part)]),
    ) as Parts;
  }

  /** Ends the threads. Waits until they compute nothing. */
  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
