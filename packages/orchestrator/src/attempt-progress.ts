import { isOutage, type Operation } from '@ktrdr/contracts';
import { AttemptRecords, type AttemptRecordsParts } from './attempt-records.js';
import type { Clock } from './clock.js';
import { KeptWarnings } from './kept-warnings.js';
import type { OrchestratorLogger } from './logger.js';
import type { ManagedOperation, MetricsReporter } from './operation-context.js';
import type { SavedProgress } from './operation-store.js';
import { ProgressManager, type ProgressReporter } from './progress.js';
import { ProgressWriter } from './progress-writer.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** What changes while the work runs. */
export type RunProgress = SavedProgress & Pick<Operation, 'warnings'>;

export interface AttemptProgressParts {
  clock: Clock;
  logger: OrchestratorLogger;
  renderer: ProgressRenderer;
  records: Pick<AttemptRecordsParts, 'isNew' | 'load' | 'store'>;
  /** @returns whether the store has it now */
  store: (progress: RunProgress) => Promise<boolean>;
  /** Called after every stored update. */
  onStored: () => void;
}

/** Progress, warnings, resumability and records of one attempt, and how they reach the store. */
export class AttemptProgress {
  /** See `OperationContext.metrics`. */
  readonly metrics: MetricsReporter;
  private readonly records: AttemptRecords;
  private readonly manager: ProgressManager;
  private readonly writer: ProgressWriter;
  private readonly warnings: KeptWarnings;
  private isResumable: boolean;
  private stored: RunProgress;

  /** @param takenOver the attempt was started by another process, and its stored progress continues */
  constructor(
    { steps, initialContext }: Pick<ManagedOperation<unknown>, 'steps' | 'initialContext'>,
    record: Operation,
    takenOver: boolean,
    private readonly parts: AttemptProgressParts,
  ) {
    const { clock, logger, renderer } = parts;
    this.records = new AttemptRecords({ ...parts.records, attempt: record.attempt, logger });
    this.metrics = {
      add: (epochs) => {
        this.records.add(epochs);
        this.writer.touch(clock.monotonic());
      },
    };
    this.warnings = new KeptWarnings(record.warnings);
    this.isResumable = record.resumable;
    this.writer = new ProgressWriter(
      clock,
      () => this.save(),
      (error) => {
        if (!isOutage(error)) logger.warn('progress could not be stored', { error });
      },
    );
    this.manager = new ProgressManager({
      clock,
      logger,
      renderer,
      steps,
      // an operation that was taken over keeps its stored context
      initialContext: takenOver ? undefined : initialContext,
      from: record.resumable || takenOver ? record.progress : undefined,
      onUpdate: (now, entered) => this.writer.touch(now, entered),
      onPhase: (phase) => this.records.enter(phase, new Date(clock.now()).toISOString()),
    });
    this.stored = this.newest();
  }

  get reporter(): ProgressReporter {
    return this.manager;
  }

  /**
   * The last stored update: readers see nothing newer (I8). If they saw newer progress, it would go back when another process takes
   * over after this one has died.
   */
  get lastStored(): RunProgress {
    return this.stored;
  }

  /** See `OperationContext.setResumable`. */
  get resumable(): boolean {
    return this.isResumable;
  }

  /** The work begins. `at`: ISO 8601. */
  start(at: string): void {
    this.manager.start(at);
  }

  /** See `OperationContext.warn`. */
  warn(message: string): void {
    if (!this.warnings.add(message)) return;
    this.writer.touch(this.parts.clock.monotonic());
  }

  setResumable(resumable: boolean): void {
    if (this.isResumable === resumable) return;
    this.isResumable = resumable;
    this.writer.touch(this.parts.clock.monotonic());
  }

  /** The progress at this moment. */
  newest(): RunProgress {
    return {
      progress: this.manager.snapshot(),
      warnings: this.warnings.list(),
      resumable: this.isResumable,
    };
  }

  async save(): Promise<void> {
    const newest = this.newest();
    // first, so that a reader who sees the end of an epoch also finds its point
    if (this.records.mayHaveNew) await this.records.save();
    if (!(await this.parts.store(newest))) return;
    this.stored = newest;
    this.parts.onStored();
  }

  /** Stores the points and phases that the store lacks. @throws KtrdrError `store_unavailable` */
  saveRecords(): Promise<void> {
    return this.records.save();
  }

  /** Updates are no longer written: the end of the operation writes the last state. */
  stopWriting(): void {
    this.writer.stop();
  }
}
