import type { EpochMetrics, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { FinishedSeed } from '../checkpoints/checkpoint.js';
import type { LoopEpoch, LoopProgress } from '../loop/callbacks/progress.js';

type Update = LoopProgress &
  Pick<
    TrainingProgressUpdate,
    'current_seed' | 'total_seeds' | 'finished_seeds' | 'running_seeds' | 'best_seed'
  >;

/**
 * Progress of several seeds as one. Epoch, batch and metrics are those of the first seed that runs, until it is finished: they do not
 * jump between the seeds that run beside each other. The best epoch is the best of all seeds so far. A finished seed counts as all its
 * epochs, also if it stopped early.
 */
export class SeedsProgress {
  private readonly running = new Map<number, LoopProgress>();
  /** Seeds that have begun and are not finished; the first reports can come in any order. */
  private readonly begun = new Set<number>();
  private done: number;
  private best: { seed: number; epoch: number; loss: number } | null = null;

  /** @param before seeds that an earlier attempt has finished */
  constructor(
    private readonly of: number,
    before: readonly FinishedSeed[],
    private readonly report: (update: Update, ended: EpochMetrics | null) => void,
  ) {
    this.done = before.length;
    for (const { index, best_epoch, val_loss } of before) this.compare(index, best_epoch, val_loss);
  }

  began(index: number): void {
    this.begun.add(index);
  }

  /** @param ended the values of an epoch, at its end */
  saw(index: number, progress: LoopProgress, ended: LoopEpoch | null): void {
    const { best_epoch, best_val_loss } = progress;
    this.running.set(index, progress);
    if (best_epoch != null && best_val_loss != null) this.compare(index, best_epoch, best_val_loss);
    this.report(this.update(), ended && { ...ended, seed: this.of === 1 ? null : index + 1 });
  }

  finished(index: number): void {
    this.running.delete(index);
    this.begun.delete(index);
    this.done += 1;
  }

  private compare(index: number, epoch: number, loss: number): void {
    const seed = index + 1;
    const { best } = this;
    if (best === null || loss < best.loss || (loss === best.loss && seed < best.seed)) {
      this.best = { seed, epoch, loss };
    }
  }

  private update(): Update {
    const { of, done, best } = this;
    const running = [...this.running.values()];
    const first = Math.min(...this.begun);
    const shown = this.running.get(first) ?? {
      ...running[0]!,
      current_epoch: 1,
      current_batch: 0,
      metrics: null,
    };
    if (of === 1) return { ...shown, current_seed: null, total_seeds: null };
    const sum = (value: (one: LoopProgress) => number | null | undefined): number =>
      running.reduce((total, one) => total + (value(one) ?? 0), 0);
    const items = shown.items_total ?? 0;
    return {
      ...shown,
      phase_fraction: (done + sum((one) => one.phase_fraction)) / of,
      items_processed: done * items + sum((one) => one.items_processed),
      items_total: of * items,
      samples_per_second: running.some((one) => one.samples_per_second != null)
        ? sum((one) => one.samples_per_second)
        : null,
      best_epoch: best?.epoch ?? null,
      best_val_loss: best?.loss ?? null,
      best_seed: best?.seed ?? null,
      current_seed: first + 1,
      total_seeds: of,
      finished_seeds: done,
      running_seeds: this.begun.size,
    };
  }
}
