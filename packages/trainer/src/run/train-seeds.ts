import { KtrdrError, type SeedResult, type SeedSpread, type SeedsResult } from '@ktrdr/contracts';
import type { FinishedSeed, FinishedSeeds } from '../checkpoints/checkpoint.js';
import type { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import type { LoopResult } from '../loop/loop-request.js';
import type { Lane } from '../members/lane.js';
import type { MemberTask, TrainedMember } from '../members/member.js';
import { trainMembers } from '../members/train-members.js';
import type { SeedsProgress } from './seeds-progress.js';

export interface SeedsRequest<Name extends string> {
  /** At least one. Each is a member of the training; its index is its place in this list. */
  seeds: readonly number[];
  /** What to train with each seed. */
  task: Omit<MemberTask<Name>, 'seed'>;
  /** The first one trains in this thread. */
  lanes: readonly [Lane, ...Lane[]];
  checkpoints: PeriodicCheckpoints;
  progress: Pick<SeedsProgress, 'began' | 'saw' | 'finished'>;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  signal: AbortSignal;
  /** Scores a trained member on the test part. */
  score: (trained: TrainedMember<Name>) => SeedScore;
}

/** What a seed's model scores and earns on the test part. */
export interface SeedScore {
  accuracy: number;
  loss: number;
  /** After costs; `null` if the labels are not trading decisions. */
  netReturn: number | null;
}

/** The training to store. */
export interface TrainedSeed {
  seed: number;
  loop: LoopResult;
  /** Training time of all seeds over all attempts, ms. */
  elapsed: number;
  /** `null` with one seed. */
  result: SeedsResult | null;
}

/**
 * Trains all seeds in the lanes and chooses the one with the lowest validation loss; if two are equal, the first. It keeps the states of
 * the best one and of those that run, so memory and checkpoints do not grow with the number of seeds. The chosen training has the same
 * bytes as a training with this seed alone. At the end the engine of the first lane holds its weights. If the training ends early, it
 * leaves a checkpoint.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`, which names the seed
 */
export async function trainSeeds<Name extends string>(request: SeedsRequest<Name>): Promise<TrainedSeed> {
  const { seeds, task, lanes, checkpoints, progress, clock, signal } = request;
  const done = new Set(checkpoints.finished?.results.map(({ index }) => index));
  let only: LoopResult | null = null;
  try {
    await trainMembers({
      members: [...seeds.keys()].filter((index) => !done.has(index)),
      lanes,
      clock,
      signal,
      taskOf: (index) => ({ ...task, seed: seeds[index]! }),
      hooksOf(index) {
        progress.began(index);
        return {
          from: checkpoints.stateOf(index),
          onProgress: (update, ended) => progress.saw(index, update, ended),
          checkpoints: checkpoints.member(index),
        };
      },
      async finish(index, trained) {
        await checkpoints.trained(index, trained.loop.state);
        progress.finished(index);
        if (seeds.length === 1) only = trained.loop;
        else await checkpoints.finish(index, withSeed(checkpoints.finished, request, index, trained));
      },
      leave: (index) => checkpoints.leave(index),
      explain: (index, error) => (seeds.length === 1 ? error : namingSeed(seeds, index, error)),
    });
    checkpoints.stopTimer();
    const { elapsed } = checkpoints;
    if (only !== null) return { seed: seeds[0]!, loop: only, elapsed, result: null };
    const { results, best } = checkpoints.finished!;
    const seed = seeds[best.index]!;
    // a training that continues from a final state ends at once
    const { loop } = await lanes[0].train(
      { ...task, seed, predict: {} },
      { from: best.state, signal, onProgress: () => undefined },
    );
    return { seed, loop, elapsed, result: summarise(results, best.index) };
  } catch (error) {
    await checkpoints.keep();
    throw error;
  }
}

function withSeed<Name extends string>(
  before: FinishedSeeds | null,
  { seeds, score }: SeedsRequest<Name>,
  index: number,
  trained: TrainedMember<Name>,
): FinishedSeeds {
  const { loop } = trained;
  const test = score(trained);
  const result: FinishedSeed = {
    index,
    seed: seeds[index]!,
    best_epoch: loop.bestEpoch,
    val_loss: loop.history.valLoss[loop.bestEpoch - 1]!,
    test_accuracy: test.accuracy,
    test_loss: test.loss,
    net_return: test.netReturn,
  };
  const results = [...(before?.results ?? []), result].toSorted((a, b) => a.index - b.index);
  const bestBefore = before?.results.find((one) => one.index === before.best.index);
  const isBest = bestBefore === undefined || isBetter(result, bestBefore);
  return { results, best: isBest ? { index, state: loop.state } : before!.best };
}

/** Seeds finish in any order: equal losses are decided by the order of the seeds. */
function isBetter(one: FinishedSeed, other: FinishedSeed): boolean {
  return one.val_loss < other.val_loss || (one.val_loss === other.val_loss && one.index < other.index);
}

function namingSeed(seeds: readonly number[], index: number, error: KtrdrError): KtrdrError {
  const seed = seeds[index]!;
  return new KtrdrError(error.code, `Seed ${seed} (${index + 1} of ${seeds.length}): ${error.message}`, {
    details: { ...(error.details as object), seed },
    cause: error,
  });
}

function summarise(results: readonly FinishedSeed[], stored: number): SeedsResult {
  const returns = results.flatMap(({ net_return }) => net_return ?? []);
  return {
    seeds: results.map(({ index, ...result }): SeedResult => ({ ...result, stored: index === stored })),
    test_accuracy: spreadOf(
      results.map(({ test_accuracy }) => test_accuracy),
      Math.min,
    ),
    test_loss: spreadOf(
      results.map(({ test_loss }) => test_loss),
      Math.max,
    ),
    net_return: returns.length < results.length ? null : spreadOf(returns, Math.min),
  };
}

function spreadOf(values: readonly number[], worst: (...values: number[]) => number): SeedSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)), worst: worst(...values) };
}

/** The seeds of a run: `seed`, `seed + 1` ...; after the greatest follows 0. */
export function seedsFrom(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) >>> 0);
}
