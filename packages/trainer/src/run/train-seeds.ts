import { KtrdrError, type SeedResult, type SeedSpread, type SeedsResult } from '@ktrdr/contracts';
import type { FinishedSeeds } from '../checkpoints/checkpoint.js';
import type { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import type { LoopProgress } from '../loop/callbacks/progress.js';
import type { LoopResult } from '../loop/loop-request.js';
import type { LoopState } from '../loop/loop-state.js';

export interface SeedsRequest {
  /** At least one. They are trained in this order. */
  seeds: readonly number[];
  /** The state of the seed that was interrupted; `undefined`: start from the beginning. */
  from: LoopState | undefined;
  checkpoints: Pick<PeriodicCheckpoints, 'finished' | 'write'>;
  /** Trains one seed. Then the engine holds its best weights. A final state as `from` gives the same result at once. */
  train: (place: SeedPlace, from: LoopState | undefined) => Promise<LoopResult>;
  /** Scores the engine's weights on the test part. */
  score: (loop: LoopResult) => Promise<SeedScore>;
}

/** What a seed's model scores and earns on the test part. */
export interface SeedScore {
  accuracy: number;
  loss: number;
  /** After costs; `null` if the labels are not trading decisions. */
  netReturn: number | null;
}

/** One of the seeds. */
export interface SeedPlace {
  seed: number;
  /** 0-based */
  index: number;
  /** Number of seeds. */
  of: number;
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
 * Trains one seed after the other and chooses the one with the lowest validation loss; if two are equal, the first. It keeps the state of
 * the best one only, so memory and checkpoints do not grow with the number of seeds. The chosen training has the same bytes as a
 * training with this seed alone. At the end the engine holds its weights.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`, which names the seed
 */
export async function trainSeeds({
  seeds,
  from,
  checkpoints,
  train,
  score,
}: SeedsRequest): Promise<TrainedSeed> {
  const placeOf = (index: number): SeedPlace => ({ seed: seeds[index]!, index, of: seeds.length });
  const begun = checkpoints.finished?.results.length ?? 0;
  for (let index = begun; index < seeds.length; index += 1) {
    const place = placeOf(index);
    const loop = await namingSeed(place, train(place, index === begun ? from : undefined));
    if (seeds.length === 1) return { seed: place.seed, loop, elapsed: loop.elapsed, result: null };
    try {
      checkpoints.finished = withSeed(checkpoints.finished, place, loop, await score(loop));
    } catch (error) {
      // keeps the trained seed
      await checkpoints.write(() => Promise.resolve(loop.state));
      throw error;
    }
  }
  const { results, best, elapsed } = checkpoints.finished!;
  const place = placeOf(best.index);
  const loop = await train(place, best.state);
  return { seed: place.seed, loop, elapsed, result: summarise(results, best.index) };
}

function withSeed(
  before: FinishedSeeds | null,
  { seed, index }: SeedPlace,
  loop: LoopResult,
  test: SeedScore,
): FinishedSeeds {
  const valLoss = loop.history.valLoss[loop.bestEpoch - 1]!;
  const result = {
    seed,
    best_epoch: loop.bestEpoch,
    val_loss: valLoss,
    test_accuracy: test.accuracy,
    test_loss: test.loss,
    net_return: test.netReturn,
  };
  const results = [...(before?.results ?? []), result];
  const elapsed = (before?.elapsed ?? 0) + loop.elapsed;
  const isBest = before === null || valLoss < before.results[before.best.index]!.val_loss;
  return { results, elapsed, best: isBest ? { index, state: loop.state } : before.best };
}

function summarise(results: FinishedSeeds['results'], stored: number): SeedsResult {
  const returns = results.flatMap(({ net_return }) => net_return ?? []);
  return {
    seeds: results.map((result, index): SeedResult => ({ ...result, stored: index === stored })),
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

async function namingSeed<T>({ seed, index, of }: SeedPlace, training: Promise<T>): Promise<T> {
  try {
    return await training;
  } catch (error) {
    if (of === 1 || !(error instanceof KtrdrError)) throw error;
    throw new KtrdrError(error.code, `Seed ${seed} (${index + 1} of ${of}): ${error.message}`, {
      details: { ...(error.details as object), seed },
      cause: error,
    });
  }
}

/** The seeds of a run: `seed`, `seed + 1` ...; after the greatest follows 0. */
export function seedsFrom(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) >>> 0);
}

/** The progress of one seed as progress of all of them. */
export function seedProgress(
  progress: LoopProgress,
  { index, of }: SeedPlace,
): LoopProgress & { current_seed: number | null; total_seeds: number | null } {
  const { phase_fraction: fraction, items_processed: processed, items_total: total } = progress;
  return {
    ...progress,
    phase_fraction: fraction === null ? null : (index + fraction) / of,
    items_processed: processed === null || total === null ? null : index * total + processed,
    items_total: total === null ? null : of * total,
    current_seed: of === 1 ? null : index + 1,
    total_seeds: of === 1 ? null : of,
  };
}
