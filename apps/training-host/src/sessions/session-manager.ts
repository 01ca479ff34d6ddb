import type {
  EngineChoice,
  OperationStarted,
  TrainingProgressUpdate,
  TrainingResult,
} from '@ktrdr/contracts';
import { ServiceOrchestrator, trainingProgressRenderer } from '@ktrdr/orchestrator';
import type { OperationContext, ServiceOrchestratorDependencies } from '@ktrdr/orchestrator';
import { trainingProgress, trainingSteps } from '@ktrdr/service-kit';
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
  override readonly defaultHostUrl = 'http://localhost:5002';
  override readonly envVarPrefix = 'TRAINING';
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
    const { strategy, run } = request;
    return this.startManagedOperation({
      type: 'training',
      metadata: {
        symbols: strategy.symbols,
        timeframes: strategy.timeframes,
        strategy: strategy.name,
        start_date: run.startDate ?? strategy.dateRange.start ?? null,
        end_date: run.endDate ?? strategy.dateRange.end ?? null,
        parameters: { operation_id: request.operationId, seed: run.seed, engine: request.engine },
      },
      taskId: `${request.operationId}:${request.attempt}`,
      steps: trainingSteps(run.walkForward),
      initialContext: {
        model_type: strategy.model.type,
        symbols: strategy.symbols,
        timeframes: strategy.timeframes,
        strategy: strategy.name,
        total_epochs: strategy.training.epochs,
        phase: 'starting',
        host_service: true,
      },
      logFields: { api_operation_id: request.operationId },
      startMessage: `Training of ${strategy.name} on ${strategy.symbols.join(', ')} has started.`,
      run: (context) => this.runSession(request, reports, context),
    });
  }

  /** Trains as soon as there is a slot. */
  async runSession(
    request: SessionRequest,
    reports: SessionReports,
    context: OperationContext,
  ): Promise<TrainingResult> {
    const { operationId, token, progress, logger } = context;
    const outcome = await this.slots.use(
      token,
      () => progress.update({ context: { phase: 'waiting for another session to end' } }),
      () =>
        this.adapter.train(request, {
          sessionId: operationId,
          token,
          onEngine: reports.onEngine,
          onPhase: (phase) => progress.update({ context: { phase } }),
          onProgress: (update) => {
            reports.onUpdate(update);
            progress.update(trainingProgress(update));
          },
          onCheckpoint: reports.onCheckpoint,
          onWarning: context.warn,
          onOutput: (line) => logger.info(line),
        }),
    );
    return outcome.result;
  }
}
