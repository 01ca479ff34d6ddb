import { KtrdrError, type DummyResult, type OperationStarted } from '@ktrdr/contracts';
import {
  ServiceOrchestrator,
  dummyProgressRenderer,
  type ManagedOperation,
  type OperationContext,
  type ServiceOrchestratorDependencies,
} from '@ktrdr/orchestrator';

/** Tasks that run at a time. Each writes its progress, so that tens of thousands would delay the operations of others. */
const MOST_AT_ONCE = 1_000;

/** A task that only waits. */
export interface DummyTask {
  /** Duration of an iteration in seconds. */
  durationSeconds: number;
  iterations: number;
}

/**
 * The reference manager. Its public method is one call of `startManagedOperation`. Its domain method has no async plumbing: it
 * only checks its token and reports progress. It works in this process, so it has neither an adapter nor a host service.
 */
export class DummyService extends ServiceOrchestrator {
  override readonly serviceName = 'Dummy';
  protected override readonly renderer = dummyProgressRenderer;
  /** Tasks that were started here and have not ended. */
  private running = 0;

  constructor(dependencies: ServiceOrchestratorDependencies) {
    super(dependencies);
    this.revivesOperations('dummy', (task) => this.describeTask(task as DummyTask));
  }

  /** Starts a dummy task in the background. @throws KtrdrError `too_many_waiting` if a thousand run */
  async startDummyTask(task: DummyTask): Promise<OperationStarted> {
    if (this.running >= MOST_AT_ONCE) throw tooMany();
    return this.startManagedOperation(this.describeTask(task));
  }

  /** Runs a dummy task and waits for its end. */
  runDummyTaskAndWait(task: DummyTask): Promise<DummyResult> {
    return this.runOperation(this.describeTask(task));
  }

  /** The domain method. A cancel ends its sleep at once. */
  async runDummyTask(task: DummyTask, context: OperationContext): Promise<DummyResult> {
    this.running += 1;
    try {
      return await this.pass(task, context);
    } finally {
      this.running -= 1;
    }
  }

  private async pass(task: DummyTask, context: OperationContext): Promise<DummyResult> {
    const { durationSeconds, iterations } = task;
    const { progress, clock } = context;
    const started = clock.monotonic();
    for (let done = 0; done < iterations; done++) {
      progress.update({
        steps_completed: done,
        steps_total: iterations,
        current_item: `iteration ${done + 1}`,
      });
      await context.sleep(durationSeconds * 1000);
    }
    progress.update({ steps_completed: iterations });
    const seconds = (clock.monotonic() - started) / 1000;
    return { iterations_completed: iterations, duration_seconds: seconds };
  }

  private describeTask(task: DummyTask): ManagedOperation<DummyResult, 'dummy'> {
    const { durationSeconds, iterations } = task;
    return {
      type: 'dummy',
      request: task,
      metadata: { parameters: { duration_seconds: durationSeconds, iterations } },
      startMessage: `A dummy task of ${iterations} ${iterations === 1 ? 'iteration' : 'iterations'} has started.`,
      run: (context) => this.runDummyTask(task, context),
    };
  }
}

function tooMany(): KtrdrError {
  return new KtrdrError(
    'too_many_waiting',
    `${MOST_AT_ONCE} dummy operations are running, which is the maximum. Cancel some, or try again when some have ended.`,
    { details: { operation_type: 'dummy', max_running: MOST_AT_ONCE, retry_after_seconds: 30 } },
  );
}
