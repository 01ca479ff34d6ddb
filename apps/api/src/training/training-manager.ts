import type {
  EstimateTrainingResponse,
  OperationStarted,
  TrainingRequestRecord,
  TrainingResult,
} from '@ktrdr/contracts';
import { operationNotFound, ServiceOrchestrator, trainingProgressRenderer } from '@ktrdr/orchestrator';
import type {
  Clock,
  ManagedOperation,
  OperationContext,
  ServiceOrchestratorDependencies,
} from '@ktrdr/orchestrator';
import type { BackgroundThread } from '@ktrdr/strategy';
import { describeTraining, fromStored, hooksOf, requestOf, toStored } from '@ktrdr/training-operation';
import type { BudgetedEstimate, StoredTraining, TrainingRequest } from '@ktrdr/training-operation';
import type { KeptRun } from './run-outputs.js';
import { TrainingAdapter } from './training-adapter.js';
import type { TrainingSettings, TrainingStores } from './training-adapter.js';
import type { TrainingQueue } from './training-queue.js';

/** Trainings as operations. */
export class TrainingManager extends ServiceOrchestrator<TrainingAdapter> {
  override readonly serviceName = 'Training';
  override readonly defaultHostUrl = 'http://localhost:5002';
  override readonly envVarPrefix = 'TRAINING';
  protected override readonly renderer = trainingProgressRenderer;

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly settings: TrainingSettings,
    private readonly stores: TrainingStores,
    private readonly clock: Clock,
    /** `null`: trainings run beside the API, or on one host. */
    private readonly queue: TrainingQueue | null,
    /** Parses stored strategies. */
    thread: BackgroundThread,
  ) {
    super(dependencies);
    this.revivesOperations('training', async (stored) =>
      this.describeTraining(await fromStored(stored as StoredTraining, thread)),
    );
  }

  protected override initializeAdapter(): TrainingAdapter {
    return new TrainingAdapter(
      this.getHostServiceUrl(),
      this.settings,
      this.stores,
      this.clock,
      this.queue,
      this.logger,
    );
  }

  /** Prepares for the first training while the service already answers. */
  onApplicationBootstrap(): void {
    void this.adapter.open();
  }

  async onModuleDestroy(): Promise<void> {
    await this.adapter.close();
  }

  /** True if trainings continue when this process ends. */
  private get runsElsewhere(): boolean {
    return this.queue !== null || this.isUsingHostService();
  }

  protected override checkAdapter(): Promise<void> {
    return this.adapter.check();
  }

  /** Starts the training of one model on the bars of one or more symbols. @throws KtrdrError `over_budget` */
  async trainMultiSymbolStrategy(request: TrainingRequest): Promise<OperationStarted> {
    await this.adapter.admit(request);
    return this.startManagedOperation(this.describeTraining(request));
  }

  /** What a training would need, and where it would run. Starts nothing. @throws KtrdrError as `barsFileFacts` */
  async estimate(
    request: Pick<TrainingRequest, 'strategy' | 'spec'>,
  ): Promise<BudgetedEstimate & Pick<EstimateTrainingResponse, 'place'>> {
    const place = this.queue !== null ? 'queue' : this.isUsingHostService() ? 'host' : 'local';
    return { ...(await this.adapter.estimate(request)), place };
  }

  /** The request of a training. @throws KtrdrError `operation_not_found` */
  async requestOf(operationId: string): Promise<TrainingRequestRecord> {
    const { operation_type } = await this.operations.get(operationId);
    if (operation_type !== 'training') throw operationNotFound(operationId);
    const stored = await this.operations.getRequest(operationId);
    return { operation_id: operationId, request: requestOf(stored as StoredTraining) };
  }

  /** Trains in the place that the adapter has chosen, and keeps the model. */
  async runTraining(request: TrainingRequest, context: OperationContext): Promise<TrainingResult> {
    for (const warning of request.warnings) context.warn(warning);
    const run = await this.adapter.train(request, hooksOf(context));
    const result = this.formatTrainingResponse(run);
    // operations in lists have no result
    context.progress.update({ context: { verdict: result.verdict?.label ?? null } });
    return result;
  }

  /** The operation's result: the run's result, with the folders of the model and the analytics. */
  formatTrainingResponse({ outcome: { result }, model, analyticsDirectory }: KeptRun): TrainingResult {
    const { training_metrics: metrics, artifacts } = result;
    const analytics = metrics?.analytics ?? null;
    return {
      ...result,
      artifacts: model === null ? artifacts : { ...artifacts, model: model.model, model_path: model.path },
      training_metrics:
        metrics === null || analytics === null || analyticsDirectory === null
          ? metrics
          : { ...metrics, analytics: { ...analytics, directory: analyticsDirectory } },
    };
  }

  private describeTraining(request: TrainingRequest): ManagedOperation<TrainingResult, 'training'> {
    return {
      ...describeTraining(request, this.runsElsewhere),
      request: toStored(request),
      taskId: request.taskId,
      // on a host it runs at once: the host refuses it, or shows it as running while it waits there
      waits: this.queue !== null || !this.isUsingHostService(),
      outlivesOwner: this.runsElsewhere,
      canResume: (operationId) => this.adapter.canResume(operationId),
      run: (context) => this.runTraining(request, context),
    };
  }
}
