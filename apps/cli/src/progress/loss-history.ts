import type { MetricPoint, Operation } from '@ktrdr/contracts';

/** The loss after each epoch of the shown seed, as far as this process has seen it. */
export class LossHistory {
  private readonly losses = new Map<number, number>();
  private recorded: readonly MetricPoint[] = [];
  private seed: number | null = null;
  private attempt: number | null = null;

  /** In the order of the epochs. */
  get values(): number[] {
    return [...this.losses.values()];
  }

  /** What an operation recorded before this process followed it. @param points by seed and epoch */
  begin(points: readonly MetricPoint[]): void {
    this.recorded = points;
    this.show(points.at(-1)?.seed ?? null);
  }

  add({ attempt, progress }: Pick<Operation, 'attempt' | 'progress'>): void {
    const { current_epoch, current_seed, metrics } = progress.context;
    const loss = metrics?.['val_loss'] ?? metrics?.['train_loss'];
    if (current_epoch === null || loss === undefined || !Number.isFinite(loss)) return;
    const seed = typeof current_seed === 'number' ? current_seed : null;
    // seeds train in parallel: the next one that is shown may be at any epoch
    if (seed !== this.seed) this.show(seed);
    // a resume continues after the earlier epochs; a retry starts again at the first one
    else if (this.attempt !== null && attempt !== this.attempt && this.losses.has(current_epoch))
      this.losses.clear();
    this.attempt = attempt;
    this.losses.set(current_epoch, loss);
  }

  private show(seed: number | null): void {
    this.seed = seed;
    this.losses.clear();
    for (const point of this.recorded) {
      const loss = point.val_loss ?? point.train_loss;
      if (point.seed === seed && loss !== null) this.losses.set(point.epoch, loss);
    }
  }
}
