import type { TrainingResult } from '@ktrdr/contracts';
import { ServiceOrchestrator, trainingProgressRenderer } from '@ktrdr/orchestrator';
import type { OperationContext, ServiceOrchestratorDependencies } from '@ktrdr/orchestrator';
import { describeTraining, hooksOf, type TrainingRunner } from '@ktrdr/training-operation';
import type { Session } from './session.js';

/** Sessions as operations. */
export class SessionManager extends ServiceOrchestrator<TrainingRunner> {
  override readonly serviceName = 'Training session';
  protected override readonly renderer = trainingProgressRenderer;

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly runner: TrainingRunner,
  ) {
    super(dependencies);
  }

  protected override initializeAdapter(): TrainingRunner {
    return this.runner;
  }

  /** Starts the operation of a session. */
  async startSession(session: Session): Promise<void> {
    const { request } = session;
    const { operation_id } = await this.startManagedOperation({
      ...describeTraining(request, true),
      logFields: { api_operation_id: request.operationId },
      run: (context) => this.runSession(session, context),
    });
    session.started(operation_id);
  }

  /** Trains as soon as there is a slot. */
  async runSession(session: Session, context: OperationContext): Promise<TrainingResult> {
    const hooks = session.watched(hooksOf(context));
    const { result } = await this.adapter.train(session.request, hooks, (trainInto) =>
      session.keep(context.operationId, trainInto),
    );
    return result;
  }
}
