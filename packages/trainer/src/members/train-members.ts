import { KtrdrError } from '@ktrdr/contracts';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import type { Lane } from './lane.js';
import type { MemberHooks, MemberTask, TrainedMember } from './member.js';

/** A thread takes a tenth of a second to start, so the others wait until the first lane has trained for as long, ms. */
const START_AFTER_MS = 100;

export interface MembersRequest<Name extends string> {
  /** Indices of the members to train, ascending. */
  members: readonly number[];
  /** The first one trains at once. The others are started if members still wait after a moment. */
  lanes: readonly [Lane, ...Lane[]];
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  signal: AbortSignal;
  /** Awaited before the member is trained. */
  taskOf: (index: number) => MemberTask<Name> | Promise<MemberTask<Name>>;
  hooksOf: (index: number) => Omit<MemberHooks, 'signal'>;
  /** Called when a member is trained, in the order of completion. */
  finish: (index: number, trained: TrainedMember<Name>) => Promise<void>;
  /** Called when a member was stopped or has failed. */
  leave: (index: number) => Promise<void>;
  /** The error of the run for the error of a member. */
  explain: (index: number, error: KtrdrError) => KtrdrError;
}

/**
 * Trains members in parallel lanes. A lane takes the next member when it has finished one. The results do not depend on the
 * number of lanes, and neither does the error: if a member diverges, those before it are trained, and the first that diverges is the
 * one to report. Any other error stops all members at their next batch.
 *
 * @throws TrainingCancelledError, or the error of the first member that failed; then nothing computes any more
 */
export async function trainMembers<Name extends string>(request: MembersRequest<Name>): Promise<void> {
  const run = new MembersRun(request);
  await run.train();
}

class MembersRun<Name extends string> {
  private readonly waiting: number[];
  private readonly running = new Map<number, AbortController>();
  private readonly errors = new Map<number, unknown>();
  /** Members from this index on are no longer needed. */
  private end = Infinity;
  /** Resolves when no member is left that waits for a lane. */
  private readonly allTaken: Promise<false>;
  private noneWaits: () => void = () => undefined;
  private readonly startedAt: number;

  constructor(private readonly request: MembersRequest<Name>) {
    this.waiting = [...request.members];
    this.startedAt = request.clock.now();
    this.allTaken = new Promise((resolve) => (this.noneWaits = () => resolve(false)));
  }

  async train(): Promise<void> {
    const { lanes, signal } = this.request;
    const stop = (): void => this.stopFrom(0);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await Promise.all(lanes.map((lane) => this.trainIn(lane)));
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (signal.aborted) throw new TrainingCancelledError();
    const failed = [...this.errors]
      .filter(([, error]) => !(error instanceof TrainingCancelledError))
      .toSorted(([a], [b]) => a - b);
    if (failed.length > 0) throw failed[0]![1];
  }

  private async trainIn(lane: Lane): Promise<void> {
    if (!(await Promise.race([lane.ready, this.allTaken]))) return;
    for (;;) {
      const index = this.waiting.shift();
      if (this.waiting.length === 0) this.noneWaits();
      if (index === undefined || index >= this.end) return;
      if (!(await this.trainOne(lane, index))) return;
    }
  }

  /** Returns whether the lane continues. */
  private async trainOne(lane: Lane, index: number): Promise<boolean> {
    const { taskOf, hooksOf, finish, leave, explain } = this.request;
    const controller = new AbortController();
    this.running.set(index, controller);
    try {
      const task = await taskOf(index);
      const { onProgress, ...hooks } = hooksOf(index);
      const trained = await lane.train(task, {
        ...hooks,
        signal: controller.signal,
        onProgress: (progress, ended) => {
          this.startLanes();
          onProgress(progress, ended);
        },
      });
      await finish(index, trained);
      return true;
    } catch (error) {
      this.errors.set(index, error instanceof KtrdrError ? explain(index, error) : error);
      this.stopFrom(isDiverged(error) ? index : 0);
      await leave(index);
      return false;
    } finally {
      this.running.delete(index);
    }
  }

  private startLanes(): void {
    const { lanes, clock } = this.request;
    if (lanes.length === 1 || clock.now() - this.startedAt < START_AFTER_MS) return;
    for (const lane of lanes.slice(1, 1 + this.waiting.length)) lane.start();
  }

  private stopFrom(index: number): void {
    this.end = Math.min(this.end, index);
    this.noneWaits();
    for (const [member, controller] of this.running) if (member >= this.end) controller.abort();
  }
}

function isDiverged(error: unknown): boolean {
  return error instanceof KtrdrError && error.code === 'loss_not_finite';
}
