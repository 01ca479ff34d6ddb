import type { EngineChoice } from '@ktrdr/contracts';
import type { Checkpoint, FinishedSeeds, MemberState, RunIdentity } from './checkpoint.js';
import type { CheckpointFiles } from './checkpoint-files.js';
import type { CheckpointPlace, LoopCheckpoints, LoopState } from '../loop/loop-state.js';

/** Writing checkpoints takes at most 1/200 of the training time. */
const TIMES_AS_LONG = 200;
/** Write speed that is assumed before the first checkpoint. */
const BYTES_PER_MS = 200_000;

export interface CheckpointOptions {
  files: CheckpointFiles;
  identity: RunIdentity;
  engine: EngineChoice;
  /** Shortest time between two checkpoints, ms. A killed run loses at most this, unless writing is slow. */
  everyMs: number;
  /** Approximate size of a checkpoint. */
  bytes: number;
  /** The checkpoint that the run continues from. */
  from: Pick<Checkpoint, 'states' | 'finished' | 'elapsed'> | null;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  onWritten: (states: readonly MemberState[]) => void;
  /** Called with a message if a checkpoint could not be written. Training continues. */
  onProblem: (problem: string) => void;
}

/**
 * Writes checkpoints of a run from time to time, less often if writing is slow. When one is due, each running member gives its
 * state at its next batch. The last of them writes the file.
 */
export class PeriodicCheckpoints {
  private seeds: FinishedSeeds | null;
  /** The newest known state of each member, see {@link Checkpoint.states}. */
  private readonly states: Map<number, LoopState>;
  private readonly running = new Set<number>();
  /** The position of each member in the newest checkpoint. */
  private readonly places = new Map<number, CheckpointPlace>();
  /** Members whose state the next checkpoint waits for; `null`: it is not due yet. */
  private awaited: Set<number> | null = null;
  private written = Promise.resolve();
  private isWriting = false;
  private dueAt: number;
  private readonly startedAt: number;
  private stoppedAt: number | null = null;

  constructor(private readonly options: CheckpointOptions) {
    const { from, bytes, clock } = options;
    this.seeds = from?.finished ?? null;
    this.states = new Map(from?.states.map(({ index, state }) => [index, state]));
    for (const [index, state] of this.states) this.places.set(index, placeOf(state));
    this.dueAt = this.nextAfter(bytes / BYTES_PER_MS);
    this.startedAt = clock.now();
  }

  /** Seeds that are finished. */
  get finished(): FinishedSeeds | null {
    return this.seeds;
  }

  /** Training time over all attempts, ms. */
  get elapsed(): number {
    const { from, clock } = this.options;
    return (from?.elapsed ?? 0) + (this.stoppedAt ?? clock.now()) - this.startedAt;
  }

  /** Call it when all seeds are trained: the time of the folds does not count. */
  stopTimer(): void {
    this.stoppedAt = this.options.clock.now();
  }

  /** The state that a member continues from; `undefined`: it starts from the beginning. */
  stateOf(index: number): LoopState | undefined {
    return this.states.get(index);
  }

  /** A member begins. The result is for its training loop. */
  member(index: number): LoopCheckpoints {
    const { places } = this;
    const isAwaited = (): boolean => this.isAwaited(index);
    this.running.add(index);
    return {
      get isDue() {
        return isAwaited();
      },
      get last() {
        return places.get(index) ?? null;
      },
      write: (capture) => this.take(index, capture),
    };
  }

  /** A member has trained all its epochs, and now its scores are computed. */
  async trained(index: number, final: LoopState): Promise<void> {
    await this.take(index, () => Promise.resolve(final));
  }

  /** A seed is finished: `finished` contains it. */
  async finish(index: number, finished: FinishedSeeds): Promise<void> {
    this.seeds = finished;
    this.states.delete(index);
    await this.leave(index);
  }

  /** A member has stopped, finished or not. Its newest state stays in the checkpoints. */
  async leave(index: number): Promise<void> {
    this.running.delete(index);
    this.awaited?.delete(index);
    await this.writeIfComplete();
  }

  /** Writes a checkpoint now, with the newest known states. Does nothing if there is none. */
  async keep(): Promise<void> {
    if (this.states.size > 0 || this.seeds !== null) await this.write();
  }

  /** Reads the clock. */
  private isAwaited(index: number): boolean {
    if (this.awaited === null && !this.isWriting && this.options.clock.now() >= this.dueAt) {
      this.awaited = new Set(this.running);
    }
    return this.awaited?.has(index) ?? false;
  }

  private async take(index: number, capture: () => Promise<LoopState>): Promise<void> {
    try {
      const state = await capture();
      if (isFiniteState(state)) this.states.set(index, state);
      else this.postpone(0);
    } catch (error) {
      this.fail(error);
      this.postpone(0);
    }
    this.awaited?.delete(index);
    await this.writeIfComplete();
  }

  private async writeIfComplete(): Promise<void> {
    if (this.awaited?.size === 0) await this.write();
  }

  /** One checkpoint is written after the other. */
  private write(): Promise<void> {
    this.awaited = null;
    this.isWriting = true;
    this.written = this.written.then(() => this.writeNow());
    return this.written;
  }

  private async writeNow(): Promise<void> {
    const { files, identity, engine, clock, onWritten } = this.options;
    const states = [...this.states]
      .map(([index, state]) => ({ index, state }))
      .toSorted((a, b) => a.index - b.index);
    const start = clock.now();
    try {
      await files.write({ identity, engine, states, finished: this.seeds, elapsed: this.elapsed });
      for (const { index, state } of states) this.places.set(index, placeOf(state));
      onWritten(states);
    } catch (error) {
      this.fail(error);
    }
    this.isWriting = false;
    this.postpone(clock.now() - start);
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.options.onProblem(
      `A checkpoint could not be written (${reason}): the run can only be resumed from the previous one.`,
    );
  }

  /** @param took time to write a checkpoint, ms */
  private postpone(took: number): void {
    this.awaited = null;
    this.dueAt = this.nextAfter(took);
  }

  private nextAfter(took: number): number {
    const { clock, everyMs } = this.options;
    return clock.now() + Math.max(everyMs, TIMES_AS_LONG * took);
  }
}

function placeOf({ epoch, batch }: LoopState): CheckpointPlace {
  return { epoch, batch };
}

/** False if training has diverged: possibly the loss does not show it yet. */
function isFiniteState({ engine, sums }: LoopState): boolean {
  return Number.isFinite(sums.loss) && [engine.parameters, ...engine.moments].every(areFinite);
}

/** A loop is ten times faster than `every`. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i += 1) if (!Number.isFinite(values[i])) return false;
  return true;
}
