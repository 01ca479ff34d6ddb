import type { EngineChoice } from '@ktrdr/contracts';
import type { RunIdentity } from './checkpoint.js';
import type { CheckpointFiles } from './checkpoint-files.js';
import type { CheckpointPlace, LoopCheckpoints, LoopState } from '../loop/loop-state.js';

/** Writing takes no more than one part in so many of the time. */
const TIMES_AS_LONG = 200;
/** What is assumed before the first one has been written: bytes that are written in one ms. */
const BYTES_PER_MS = 200_000;

export interface CheckpointOptions {
  files: CheckpointFiles;
  identity: RunIdentity;
  engine: EngineChoice;
  /** Shortest time between two, ms: what a killed run loses at most, unless writing takes long. */
  everyMs: number;
  /** Of a checkpoint, about. */
  bytes: number;
  /** The one that the run goes on from. */
  from: CheckpointPlace | null;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  onWritten: (place: CheckpointPlace) => void;
  /** One that could not be written, in words: the training goes on. */
  onProblem: (problem: string) => void;
}

/** Leaves a checkpoint from time to time, less often where writing one takes long. */
export class PeriodicCheckpoints implements LoopCheckpoints {
  private place: CheckpointPlace | null;
  private dueAt: number;

  constructor(private readonly options: CheckpointOptions) {
    this.place = options.from;
    this.dueAt = this.nextAfter(options.bytes / BYTES_PER_MS);
  }

  get isDue(): boolean {
    return this.options.clock.now() >= this.dueAt;
  }

  get last(): CheckpointPlace | null {
    return this.place;
  }

  async write(capture: () => Promise<LoopState>): Promise<void> {
    const { files, identity, engine, clock, onWritten, onProblem } = this.options;
    const start = clock.now();
    try {
      const state = await capture();
      if (isFiniteState(state)) {
        await files.write({ identity, engine, state });
        this.place = { epoch: state.epoch, batch: state.batch };
        onWritten(this.place);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onProblem(
        `A checkpoint could not be written (${reason}): the run can be resumed only from the one before it.`,
      );
    }
    this.dueAt = this.nextAfter(clock.now() - start);
  }

  /** @param took ms that one takes */
  private nextAfter(took: number): number {
    const { clock, everyMs } = this.options;
    return clock.now() + Math.max(everyMs, TIMES_AS_LONG * took);
  }
}

/** A diverged training is nothing to go on from, also where its loss does not show it yet. */
function isFiniteState({ engine, sums }: LoopState): boolean {
  return Number.isFinite(sums.loss) && [engine.parameters, ...engine.moments].every(areFinite);
}

/** A loop: ten times as fast as `every`. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i += 1) if (!Number.isFinite(values[i])) return false;
  return true;
}
