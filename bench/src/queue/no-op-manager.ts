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

  /** One operation, from its start to its end. */
  runNoOp(): Promise<QueueTimes> {
    return this.runOperation(this.describeNoOp());
  }

  /** The domain method. */
  async runOnHost({ operationId, progress, begin }: OperationContext): Promise<QueueTimes> {
    const enqueued = performance.now();
    await this.adapter.add(operationId, { data: null, user: null, userLimit: 0 });
    let [taken, said] = [NaN, ''];
    for await (const state of this.adapter.follow(operationId)) {
      if (state.state === 'completed') return { enqueued, taken };
      if (state.state === 'failed' || state.state === 'missing') throw new Error(JSON.stringify(state));
      if (state.state === 'waiting') {
        const phase = `waiting for a host${state.ahead === null ? '' : ` [${state.ahead} ahead]`}`;
        if (phase !== said) progress.update({ context: { phase }, waiting: true });
        said = phase;
      }
      if (state.state === 'taken' && !state.begun) {
        if (Number.isNaN(taken)) taken = performance.now();
        await begin();
        await this.adapter.tell(operationId, { type: 'begin', run: state.run });
      }
    }
    throw new Error('the queue is not followed any more');
  }

  close(): Promise<void> {
    return this.adapter.close();
  }

  private describeNoOp(): ManagedOperation<QueueTimes> {
    return {
      type: 'training',
      metadata: METADATA,
      waits: true,
      run: (context) => this.runOnHost(context),
    };
  }
}
