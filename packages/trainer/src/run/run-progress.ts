import { setImmediate } from 'node:timers/promises';
import type { EngineChoice, EpochMetrics, TrainingPhase, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import type { TrainingHooks } from './training-run.js';

const NOTHING_KNOWN: TrainingProgressUpdate = {
  phase: 'loading bars',
  phase_fraction: null,
  model_type: null,
  symbols: null,
  timeframes: null,
  strategy: null,
  current_seed: null,
  total_seeds: null,
  finished_seeds: null,
  running_seeds: null,
  current_epoch: null,
  total_epochs: null,
  current_batch: null,
  total_batches: null,
  items_processed: null,
  items_total: null,
  metrics: null,
  best_epoch: null,
  best_val_loss: null,
  best_seed: null,
  samples_per_second: null,
  engine: null,
  device: null,
};

/** Progress reports of one run. Each report contains everything known so far. */
export class RunProgress {
  private last: TrainingProgressUpdate = NOTHING_KNOWN;

  constructor(private readonly hooks: TrainingHooks) {}

  about({ name, symbols, timeframes, model }: Strategy, { engine, device }: EngineChoice): void {
    this.last = { ...this.last, strategy: name, symbols, timeframes, model_type: model.type, engine, device };
  }

  /**
   * Reports the phase, then yields to the event loop, which may deliver a cancellation.
   *
   * @throws TrainingCancelledError if the run was cancelled
   */
  async enter(phase: TrainingPhase, fraction = 0): Promise<void> {
    this.update({ phase, phase_fraction: fraction });
    await setImmediate();
    if (this.hooks.signal.aborted) throw new TrainingCancelledError();
  }

  /** Reports changed fields. @param ended the values of an epoch that has just ended */
  update(changed: Partial<TrainingProgressUpdate>, ended: EpochMetrics | null = null): void {
    this.last = { ...this.last, ...changed };
    this.hooks.onProgress(this.last, ended);
  }
}
