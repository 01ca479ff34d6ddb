import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';

/** Measures how fast a training processes its samples. */
export class SpeedMeter {
  private first: { at: number; items: number } | null = null;
  private last = { at: 0, items: 0 };
  /** Time of all lanes, ms. */
  private time = 0;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** A report of the training process. Only the training phase counts: others process no samples. */
  saw({ phase, items_processed: items, running_seeds }: TrainingProgressUpdate): void {
    if (phase !== 'training' || items === null || items === this.last.items) return;
    const at = this.clock.monotonic();
    if (this.first !== null) this.time += (at - this.last.at) * (running_seeds ?? 1);
    this.last = { at, items };
    this.first ??= this.last;
  }

  /** Samples between the first and the last report, and the seconds that the lanes took for them. */
  get measured(): { items: number; seconds: number } {
    const { first, last } = this;
    if (first === null) return { items: 0, seconds: 0 };
    return { items: last.items - first.items, seconds: this.time / 1_000 };
  }
}
