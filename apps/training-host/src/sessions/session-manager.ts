import type {
  EngineChoice,
  OperationStarted,
  TrainingProgressUpdate,
  TrainingResult,
} from '@ktrdr/contracts';
import { ServiceOrchestrator, trainingProgressRenderer } from '@ktrdr/orchestrator';
import type { OperationContext, ServiceOrchestratorDependencies } from '@ktrdr/orchestrator';
import { describeTraining, hooksOf } from '@ktrdr/training-operation';
import type { SessionRequest } from './session-request.js';
import type { SessionSlots } from './session-slots.js';
import type { SessionTraining } from './session-training.js';

/** Who is told what a session does, for the API to ask. */
export interface SessionReports {
  /** The engine of the run is resolved. */
  onEngine: (engine: EngineChoice) => void;
  /** A report as the training process made it. */
  onUpdate: (update: TrainingProgressUpdate) => void;
  /** The session's operation can be resumed from a checkpoint. */
  onCheckpoint: () => void;
}

/** Sessions as operations. */
export class SessionManager extends ServiceOrchestrator<SessionTraining> {
  override readonly serviceName = 'Training session';
  protected override readonly renderer = trainingProgressRenderer;

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly training: SessionTraining,
    private readonly slots: SessionSlots,
  ) {
    super(dependencies);
  }

  protected override initializeAdapter(): SessionTraining {
    return this.training;
  }

  /** Starts a session. */
  startSession(request: SessionRequest, reports: SessionReports): Promise<OperationStarted> {
    return this.startManagedOperation({
      ...describeTraining(request, true),
      taskId: `${request.operationId}:${request.attempt}`,
      logFields: { api_operation_id: request.operationId },
      run: (context) => this.runSession(request, reports, context),
    });
  }

  /** Trains as soon as there is a slot. */
  async runSession(
    request: SessionRequest,
    reports: SessionReports,
    context: OperationContext,
  ): Promise<TrainingResult> {
    const hooks = hooksOf(context);
    const outcome = await this.slots.use(
      context.token,
      () => hooks.onWaiting('waiting for another session to end'),
      () =>
        this.adapter.train(request, context.operationId, {
          ...hooks,
          onEngine: reports.onEngine,
          onProgress: (update) => {
            reports.onUpdate(update);
            hooks.onProgress(update);
          },
          onResumable: reports.onCheckpoint,
        }),
    );
    return outcome.result;
  }
}
