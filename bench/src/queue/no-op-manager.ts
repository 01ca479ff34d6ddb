import { KtrdrError } from '@ktrdr/contracts';
import { JobQueue } from '@ktrdr/job-queue';
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

/** Of one operation, ms since the process started. */
export interface QueueTimes {
  enqueued: number;
  /** Its manager hears that a host has it. */
  taken: number;
}

type NoOpQueue = JobQueue<null, never, null, null>;

/** Operations that a host takes out of the queue and does nothing for, as trainings are queued: they wait, then begin. */
export class NoOpManager extends ServiceOrchestrator<NoOpQueue> {
  override readonly serviceName = 'No-op';
  override readonly defaultHostUrl = '';
  override readonly envVarPrefix = 'NO_OP';
  protected override readonly renderer = trainingProgressRenderer;
  private readonly times: QueueTimes[] = [];
  private failure: { error: unknown } | null = null;

  constructor(
    operations: OperationsService,
    private readonly url: string,
    private readonly name: string,
  ) {
    super({ operations, logger: QUIET, hostService: { use: false } });
  }

  protected override initializeAdapter(): NoOpQueue {
    return new JobQueue({ url: this.url, queue: this.name, clock: systemClock, logger: QUIET });
  }

  /** Resolves when the operation is stored; it goes on in the background. */
  async startNoOp(): Promise<void> {
    await this.startManagedOperation(this.describeNoOp());
  }

  /** Of all operations since the last call, when they have ended. @throws where one has failed */
  async timesOfAll(): Promise<QueueTimes[]> {
    await this.operations.idle();
    const { failure } = this;
    if (failure !== null) throw failure.error;
    return this.times.splice(0);
  }

  /** The domain method. */
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
        // what the queue does not take is said again at the next look
        await this.adapter.tell(operationId, { type: 'begin', run: state.run }).catch(rethrowOther);
      }
    }
    throw new Error('the queue is not followed any more');
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

/** A queue that gives no answer is asked again, as for a training. */
function rethrowOther(error: unknown): void {
  if (!(error instanceof KtrdrError && error.code === 'queue_unreachable')) throw error;
}
