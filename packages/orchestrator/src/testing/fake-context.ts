import type { EpochMetrics, OperationProgress } from '@ktrdr/contracts';
import { CancellationController, raceCancellation, type CancellationToken } from '../cancellation.js';
import type { ManagedOperation, OperationContext } from '../operation-context.js';
import { ProgressManager, type ProgressUpdate } from '../progress.js';
import { defaultProgressRenderer } from '../renderers/default-progress-renderer.js';
import type { ProgressRenderer } from '../renderers/progress-renderer.js';
import { FakeClock } from './fake-clock.js';
import { RecordingLogger } from './recording-logger.js';

/** Fields of a managed operation that {@link FakeOperationContext} uses. */
export type FakeContextOptions = Partial<Pick<ManagedOperation<unknown>, 'steps' | 'initialContext'>> & {
  renderer?: ProgressRenderer;
};

/** A context for testing a domain function without an engine: the test can cancel it and read its reports. */
export class FakeOperationContext implements OperationContext {
  readonly operationId = 'op_dummy_20260105T093000_fake';
  readonly attempt = 1;
  readonly resume = false;
  readonly takenOver = false;
  readonly confirmOwner = async (): Promise<void> => this.token.throwIfCancelled();
  /** Number of calls of `begin`. */
  begins = 0;
  readonly begin = async (): Promise<void> => {
    this.token.throwIfCancelled();
    this.begins += 1;
  };
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  /** Every update, in order; `startStep` is recorded as `{ step }`. */
  readonly updates: ProgressUpdate[] = [];
  readonly warnings: string[] = [];
  /** Every epoch, in order. */
  readonly epochs: EpochMetrics[] = [];
  readonly metrics = { add: (epochs: readonly EpochMetrics[]) => void this.epochs.push(...epochs) };
  readonly progress: { update(update: ProgressUpdate): void; startStep(name: string): void };
  private readonly cancellation = new CancellationController();
  private readonly manager: ProgressManager;

  constructor({ steps, initialContext, renderer = defaultProgressRenderer }: FakeContextOptions = {}) {
    const { clock, logger } = this;
    this.manager = new ProgressManager({ clock, logger, renderer, steps, initialContext });
    this.manager.start(new Date(clock.now()).toISOString());
    this.progress = {
      update: (update) => {
        this.updates.push(update);
        this.manager.update(update);
      },
      startStep: (step) => this.progress.update({ step }),
    };
  }

  get token(): CancellationToken {
    return this.cancellation.token;
  }

  cancel(reason?: string, options?: { force?: boolean }): void {
    this.cancellation.cancel(reason, options);
  }

  /** The current progress in its wire format. */
  snapshot(): OperationProgress {
    return this.manager.snapshot();
  }

  readonly warn = (message: string): void => {
    this.warnings.push(message);
  };

  /** The last value that domain code has set. */
  resumable = false;

  readonly setResumable = (resumable: boolean): void => {
    this.resumable = resumable;
  };

  readonly sleep = (ms: number): Promise<void> => this.clock.sleep(ms, this.token.signal);

  readonly executeWithCancellation = async <T>(
    work: (token: CancellationToken) => Promise<T>,
  ): Promise<T> => {
    this.token.throwIfCancelled();
    return raceCancellation(this.token, work(this.token));
  };
}
