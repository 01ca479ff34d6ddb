import type { EngineChoice } from '@ktrdr/contracts';
import type { FinishedSeeds, RunIdentity } from './checkpoint.js';
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
  /** Position of the checkpoint that the run continues from. */
  from: CheckpointPlace | null;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  onWritten: (place: CheckpointPlace) => void;
  /** Called with a message if a checkpoint could not be written. Training continues. */
  onProblem: (problem: string) => void;
}

/** Writes a checkpoint from time to time, less often if writing is slow. */
export class PeriodicCheckpoints implements LoopCheckpoints {
  /** Seeds that are finished. Every checkpoint contains them. */
  finished: FinishedSeeds | null = null;
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
        await files.write({ identity, engine, state, finished: this.finished });
        this.place = { epoch: state.epoch, batch: state.batch };
        onWritten(this.place);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onProblem(
        `A checkpoint could not be written (${reason}): the run can only be resumed from the previous one.`,
      );
    }
    this.dueAt = this.nextAfter(clock.now() - start);
  }

  /** @param took time to write a checkpoint, ms */
  private nextAfter(took: number): number {
    const { clock, everyMs } = this.options;
    return clock.now() + Math.max(everyMs, TIMES_AS_LONG * took);
  }
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
