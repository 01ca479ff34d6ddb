import { isOutage, type EpochMetrics, type MetricPoint, type TimelinePhase } from '@ktrdr/contracts';
import type { OrchestratorLogger } from './logger.js';
import { MetricSeries, type MetricsChange } from './metric-series.js';
import { PhaseLog } from './phase-log.js';

/** What one write adds to an operation's records. */
export interface RecordsChange {
  metrics: MetricsChange | null;
  /** All of them; `null`: unchanged. */
  phases: readonly TimelinePhase[] | null;
}

/** The records of an operation: they outlast its attempts. */
export interface OperationRecords {
  points: MetricPoint[];
  phases: TimelinePhase[];
}

export interface AttemptRecordsParts {
  attempt: number;
  logger: OrchestratorLogger;
  /** The operation is new: the store has no records of it. */
  isNew: boolean;
  load: () => Promise<OperationRecords>;
  /** @returns whether the store has it now */
  store: (change: RecordsChange) => Promise<boolean>;
}

/** Points and phases of one attempt, and how they reach the store: what it has of earlier attempts is read before the first write. */
export class AttemptRecords {
  private series = new MetricSeries([]);
  private phases: PhaseLog;
  private isLoaded: boolean;
  private saving: Promise<void> = Promise.resolve();
  private complained = false;

  constructor(private readonly parts: AttemptRecordsParts) {
    this.phases = new PhaseLog([], parts.attempt);
    this.isLoaded = parts.isNew;
  }

  add(epochs: readonly EpochMetrics[]): void {
    const { attempt } = this.parts;
    this.series.add(epochs.map((epoch) => pointOf(epoch, attempt)));
  }

  /** @param at ISO 8601 */
  enter(phase: string, at: string): void {
    this.phases.enter(phase, at);
  }

  /** True if the store may lack points or phases. */
  get mayHaveNew(): boolean {
    return this.series.mayHaveNew || this.phases.unstored() !== null;
  }

  /** Stores what the store lacks, one call after the other. @throws KtrdrError `store_unavailable`; other errors are logged once */
  save(): Promise<void> {
    this.saving = this.saving.then(
      () => this.saveNow(),
      () => this.saveNow(),
    );
    return this.saving;
  }

  private async saveNow(): Promise<void> {
    if (!this.mayHaveNew) return;
    try {
      await this.store();
    } catch (error) {
      if (isOutage(error)) throw error;
      if (!this.complained) this.parts.logger.error('points or phases could not be stored', { error });
      this.complained = true;
    }
  }

  private async store(): Promise<void> {
    if (!this.isLoaded) await this.load();
    const { series, phases } = this;
    const change = { metrics: series.unstored(), phases: phases.unstored() };
    if (change.metrics === null && change.phases === null) return;
    if (!(await this.parts.store(change))) return;
    if (change.metrics !== null) series.wasStored(change.metrics);
    if (change.phases !== null) phases.wasStored(change.phases);
  }

  /** Puts what the store has before what this attempt has recorded meanwhile. */
  private async load(): Promise<void> {
    const stored = await this.parts.load();
    const series = new MetricSeries(stored.points);
    series.add(this.series.points);
    const phases = new PhaseLog(stored.phases, this.parts.attempt);
    for (const { phase, started_at } of this.phases.list) phases.enter(phase, started_at);
    this.series = series;
    this.phases = phases;
    this.isLoaded = true;
  }
}

/** Only known fields: a host may send more than this version knows. */
function pointOf(epoch: EpochMetrics, attempt: number): MetricPoint {
  return {
    attempt,
    seed: epoch.seed,
    epoch: epoch.epoch,
    at: epoch.at,
    train_loss: epoch.train_loss,
    val_loss: epoch.val_loss,
    train_accuracy: epoch.train_accuracy,
    val_accuracy: epoch.val_accuracy,
    learning_rate: epoch.learning_rate,
    samples_per_second: epoch.samples_per_second,
  };
}
