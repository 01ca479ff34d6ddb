import type { MetricPoint, Operation } from '@ktrdr/contracts';

/** The loss after each epoch, as far as this process has seen it. */
export class LossHistory {
  private readonly losses = new Map<string, number>();
  private run = '';

  /** In the order of the epochs. */
  get values(): number[] {
    return [...this.losses.values()];
  }

  /** What an operation recorded before this process followed it. */
  begin(points: readonly MetricPoint[]): void {
    const seed = points.at(-1)?.seed ?? null;
    for (const point of points) {
      const loss = point.val_loss ?? point.train_loss;
      if (point.seed === seed && loss !== null) this.losses.set(String(point.epoch), loss);
    }
  }

  add({ attempt, progress }: Pick<Operation, 'attempt' | 'progress'>): void {
    const { current_epoch, current_seed, metrics } = progress.context;
    const loss = metrics?.['val_loss'] ?? metrics?.['train_loss'];
    if (current_epoch === null || loss === undefined || !Number.isFinite(loss)) return;
    const run = JSON.stringify([attempt, current_seed]);
    // a resume continues after the earlier epochs; the next seed starts again at its first epoch
    if (this.run !== '' && run !== this.run && this.losses.has(String(current_epoch))) this.losses.clear();
    this.run = run;
    this.losses.set(String(current_epoch), loss);
  }
}
