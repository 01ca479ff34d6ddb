import type { TrainingCallback } from '../loop/training-callback.js';
import {
  type MemberHooks,
  type MemberTask,
  type MemberTools,
  trainMember,
  type TrainedMember,
} from './member.js';

/** Trains members, one after the other. */
export interface Lane {
  /** Resolves to `true` when the lane can train; to `false` if it cannot start: the other lanes then train its members. */
  readonly ready: Promise<boolean>;
  /** Prepares the lane, if it is not ready yet. */
  start(): void;
  /** @throws as {@link trainMember} */
  train<Name extends string>(task: MemberTask<Name>, hooks: MemberHooks): Promise<TrainedMember<Name>>;
}

/** The lane of the run's own thread. */
export class OwnLane implements Lane {
  readonly ready = Promise.resolve(true);

  /** @param observe callbacks for the member with a seed */
  constructor(
    private readonly tools: Omit<MemberTools, 'callbacks'>,
    private readonly observe: (seed: number) => readonly TrainingCallback[] = () => [],
  ) {}

  start(): void {
    // it is ready
  }

  train<Name extends string>(task: MemberTask<Name>, hooks: MemberHooks): Promise<TrainedMember<Name>> {
    return trainMember(task, hooks, { ...this.tools, callbacks: this.observe(task.seed) });
  }
}
