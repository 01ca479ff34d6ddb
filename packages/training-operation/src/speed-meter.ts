import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';

/** Measures how fast a training processes its samples. */
export class SpeedMeter {
  private first: { at: number; items: number } | null = null;
  private last = { at: 0, items: 0 };

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** A report of the training process. Only the training phase counts: others process no samples. */
  saw({ phase, items_processed: items }: TrainingProgressUpdate): void {
    if (phase !== 'training' || items === null || items === this.last.items) return;
    this.last = { at: this.clock.monotonic(), items };
    this.first ??= this.last;
  }

  /** Samples between the first and the last report, and the seconds between them. */
  get measured(): { items: number; seconds: number } {
    const { first, last } = this;
    if (first === null) return { items: 0, seconds: 0 };
    return { items: last.items - first.items, seconds: (last.at - first.at) / 1_000 };
  }
}
