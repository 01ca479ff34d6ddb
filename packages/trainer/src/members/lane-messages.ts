/** Messages between a run and the threads of its lanes. */
import type { EngineName, ErrorRecord } from '@ktrdr/contracts';
import type { LoopEpoch, LoopProgress } from '../loop/callbacks/progress.js';
import type { CheckpointPlace, LoopState } from '../loop/loop-state.js';
import type { MemberTask, TrainedMember } from './member.js';

/** What a thread starts with. */
export interface LaneData {
  engine: EngineName;
  denormalsAsZero: boolean;
}

export type LaneRequest =
  /** `last`: the position of the member in the newest checkpoint. */
  | { type: 'train'; task: MemberTask; from: LoopState | undefined; last: CheckpointPlace | null }
  /** Send the state at the next batch. */
  | { type: 'capture' }
  /** Stop the member at the next batch. */
  | { type: 'stop' }
  /** No more members follow. */
  | { type: 'end' };

export type LaneMessage =
  /** `arithmetic`: how the thread computes, see `arithmetic()`. */
  | { type: 'ready'; arithmetic: string }
  /** Sent by a timer, to show that the event loop runs. */
  | { type: 'alive' }
  | { type: 'progress'; progress: LoopProgress; ended: LoopEpoch | null }
  | { type: 'state'; state: LoopState }
  /** The last message of a member is one of these three. */
  | { type: 'trained'; trained: TrainedMember }
  | { type: 'cancelled' }
  | { type: 'failed'; error: ErrorRecord };
