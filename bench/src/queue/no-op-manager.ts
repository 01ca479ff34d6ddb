import { KtrdrError } from '@ktrdr/contracts';
import { JobQueue } from '@ktrdr/job-queue';
import { anyReader } from '@ktrdr/job-queue/testing';
import {
  ServiceOrchestrator,
  systemClock,
  trainingProgressRenderer,
  type ManagedOperation,
  type OperationContext,
  type OperationsService,
} from '@ktrdr/orchestrator';
import { QUIET } from './quiet.js';

const METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'test_strategy',
  start_date: '2024-01-01',
  end_date: '2024-03-01',
  parameters: { seed: 42 },
};

const AGAIN_MS = 500;
const TRIES = 60;

/** Moments of one operation, ms since the process started. */
export interface QueueTimes {
  enqueued: number;
  /** The manager learns that a host has the job. */
  taken: number;
}

type NoOpQueue = JobQueue<null, never, null, null>;

/** Manages no-op operations that pass through the queue like trainings: they wait, a host takes them, then they begin. */
export class NoOpManager extends ServiceOrchestrator<NoOpQueue> {
  override readonly serviceName = 'No-op';
  protected override readonly renderer = trainingProgressRenderer;
  private readonly times: QueueTimes[] = [];
  private failure: { error: unknown } | null = null;

  constructor(
    operations: OperationsService,
    private readonly url: string,
    private readonly name: string,
  ) {
    super({ operations, logger: QUIET });
  }

  protected override initializeAdapter(): NoOpQueue {
    return new JobQueue({
      url: this.url,
      queue: this.name,
      clock: systemClock,
      logger: QUIET,
      reader: anyReader(),
    });
  }

  /** Resolves when the operation is stored. The operation continues in the background. */
  async startNoOp(): Promise<void> {
    await this.startManagedOperation(this.describeNoOp());
  }

  /** Waits until all operations have ended. @returns the times of those since the last call @throws if one has failed */
  async timesOfAll(): Promise<QueueTimes[]> {
    await this.operations.idle();
    const { failure } = this;
    if (failure !== null) throw failure.error;
    return this.times.splice(0);
  }

  /** The domain function. */
  async runOnHost({ operationId, progress, begin }: OperationContext): Promise<void> {
    const enqueued = performance.now();
    await this.add(operationId);
    let [taken, said] = [NaN, ''];
    for await (const state of this.adapter.follow(operationId)) {
      if (state.state === 'completed') {
        this.times.push({ enqueued, taken });
        return;
      }
      if (state.state === 'failed' || state.state === 'missing') throw new Error(JSON.stringify(state));
      if (state.state === 'waiting') {
        const phase = `waiting for a host${state.ahead === null ? '' : ` [${state.ahead} ahead]`}`;
        if (phase !== said) progress.update({ context: { phase }, waiting: true });
        said = phase;
      }
      if (state.state === 'taken' && !state.begun) {
        if (Number.isNaN(taken)) taken = performance.now();
        await begin();
        // if the queue does not answer, the next state repeats this
        const { worker, delivery } = state;
        await this.adapter.tell(operationId, worker, { type: 'begin', run: delivery }).catch(rethrowOther);
      }
    }
    throw new Error(`following job ${operationId} ended before the job did`);
  }

  close(): Promise<void> {
    return this.adapter.close();
  }

  private async add(jobId: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.adapter.add(jobId, { data: null, user: null, userLimit: 0 });
      } catch (error) {
        if (tries === TRIES) throw error;
        rethrowOther(error);
      }
      await systemClock.sleep(AGAIN_MS);
    }
  }

  private describeNoOp(): ManagedOperation<void> {
    return {
      type: 'training',
      metadata: METADATA,
      waits: true,
      run: async (context) => {
        try {
          await this.runOnHost(context);
        } catch (error) {
          this.failure ??= { error };
          throw error;
        }
      },
    };
  }
}

/** Ignores an unreachable queue, which is retried as for a training; throws every other error. */
function rethrowOther(error: unknown): void {
  if (!(error instanceof KtrdrError && error.code === 'queue_unreachable')) throw error;
}
