import type { OperationStarted, OperationType } from '@ktrdr/contracts';
import type { CancellationToken } from './cancellation.js';
import { messageOf } from './errors.js';
import type { OrchestratorLogger } from './logger.js';
import { currentOperation, type ManagedOperation } from './operation-context.js';
import type { OperationRunner } from './operation-runner.js';
import type { LaunchedOperation } from './operation-launcher.js';
import type { OperationsService } from './operations-service.js';
import type { ProgressUpdate } from './progress.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** Where the work of a manager runs. The app reads it from the {@link hostServiceVariables}. */
export interface HostServiceSetting {
  use: boolean;
  /** Default: the manager's `defaultHostUrl`. */
  url?: string;
}

export interface ServiceOrchestratorDependencies {
  operations: OperationsService;
  logger: OrchestratorLogger;
  /** Only for a manager that can use a host service. Default: the work runs beside this process. */
  hostService?: HostServiceSetting;
}

/** Answer of {@link ServiceOrchestrator.healthCheck}. */
export interface ManagerHealth {
  service: string;
  healthy: boolean;
  /** Descriptions of the problems; empty when healthy. */
  problems: string[];
  active_operations: number;
  using_host_service: boolean;
  host_service_url: string | null;
}

/** Answer of {@link ServiceOrchestrator.getConfigurationInfo}. */
export interface ManagerConfiguration {
  service: string;
  using_host_service: boolean;
  host_service_url: string | null;
  /** `null` if the manager cannot use a host service. */
  default_host_url: string | null;
  environment_variables: HostServiceVariables | null;
}

/** Names of the environment variables that choose a manager's host service. */
export interface HostServiceVariables {
  use: string;
  url: string;
}

/** `TRAINING` -> `USE_TRAINING_HOST_SERVICE` and `TRAINING_HOST_SERVICE_URL`. */
export function hostServiceVariables(prefix: string): HostServiceVariables {
  return { use: `USE_${prefix}_HOST_SERVICE`, url: `${prefix}_HOST_SERVICE_URL` };
}

/**
 * Base of every manager: turns a domain function into an operation. A manager's public method is one call of
 * {@link startManagedOperation}. Its domain method only does the work, reports progress and checks its token.
 * The manager has no state of a run: `AsyncLocalStorage` holds the current operation, so that any number of operations of one
 * manager can run at once.
 */
export abstract class ServiceOrchestrator<TAdapter = never> {
  /** Name in logs and health answers: `Training`. */
  abstract readonly serviceName: string;
  /** URL of the host service if the settings name none; `null` for a manager that cannot use a host service. */
  readonly defaultHostUrl: string | null = null;
  /** Prefix of the {@link hostServiceVariables}, such as `TRAINING`; `null` for a manager that cannot use a host service. */
  readonly envVarPrefix: string | null = null;
  /** Renders this manager's progress. */
  protected readonly renderer: ProgressRenderer = defaultProgressRenderer;
  protected readonly logger: OrchestratorLogger;
  protected readonly operations: OperationsService;
  private readonly hostService: HostServiceSetting;
  private madeAdapter: { value: TAdapter } | undefined;

  constructor({ operations, logger, hostService = { use: false } }: ServiceOrchestratorDependencies) {
    this.operations = operations;
    this.logger = logger;
    this.hostService = hostService;
  }

  /**
   * Makes the adapter, which chooses where the work runs. Called once, when the adapter is first used, after the subclass is complete.
   * A manager that has no adapter need not override it.
   */
  protected initializeAdapter(): TAdapter {
    throw new Error(`${this.serviceName} has no adapter: override initializeAdapter().`);
  }

  /** Part of {@link healthCheck}: checks what the manager's work needs. @throws Error with a message for people */
  protected async checkAdapter(): Promise<void> {}

  protected get adapter(): TAdapter {
    this.madeAdapter ??= { value: this.initializeAdapter() };
    return this.madeAdapter.value;
  }

  /**
   * Sets how operations of `type` are recreated from their stored `request`: for their next attempt, and after a takeover. Call it
   * in the constructor of a subclass.
   */
  protected revivesOperations(type: OperationType, revive: OperationRunner['revive']): void {
    this.operations.register(type, { renderer: this.renderer, logger: this.logger, revive });
  }

  /**
   * Stores an operation and runs it in the background.
   * @returns the start response: the operation is in the store
   * @throws KtrdrError `service_stopping`, `operation_conflict`
   */
  protected async startManagedOperation<TResult, TType extends OperationType>(
    operation: ManagedOperation<TResult, TType>,
  ): Promise<OperationStarted> {
    const { operationId } = await this.launch(operation);
    const message = operation.startMessage ?? `The ${operation.type} operation has started.`;
    return { operation_id: operationId, status: 'started', message };
  }

  /**
   * Runs an operation and waits for its end.
   * @returns the result of the domain function
   * @throws OperationCancelledError if it was cancelled; else the error of the domain function
   */
  async runOperation<TResult, TType extends OperationType>(
    operation: ManagedOperation<TResult, TType>,
  ): Promise<TResult> {
    const { outcome } = await this.launch(operation);
    return outcome;
  }

  /** Token of the operation that the caller runs in; `null` outside of any. */
  getCurrentCancellationToken(): CancellationToken | null {
    return currentOperation()?.token ?? null;
  }

  /** Reports progress of the operation that the caller runs in; does nothing outside of any. */
  updateOperationProgress(update: ProgressUpdate): void {
    currentOperation()?.progress.update(update);
  }

  /**
   * Runs `work` and stops waiting for it when the current operation is cancelled.
   * `OperationContext.executeWithCancellation` says what happens to the work in flight. Outside of any operation, `work` gets no
   * token and cannot be cancelled.
   * @throws OperationCancelledError as soon as the token fires; else what `work` throws
   */
  async executeWithCancellation<T>(work: (token: CancellationToken | null) => Promise<T>): Promise<T> {
    const operation = currentOperation();
    return operation === undefined ? work(null) : operation.executeWithCancellation(work);
  }

  async healthCheck(): Promise<ManagerHealth> {
    const checks = await Promise.allSettled([this.operations.checkStore(), this.checkAdapter()]);
    const problems = checks.flatMap((check) =>
      check.status === 'rejected' ? [messageOf(check.reason) || 'unknown problem'] : [],
    );
    return {
      service: this.serviceName,
      healthy: problems.length === 0,
      problems,
      active_operations: this.operations.activeCount(),
      using_host_service: this.isUsingHostService(),
      host_service_url: this.getHostServiceUrl(),
    };
  }

  isUsingHostService(): boolean {
    return this.hostService.use;
  }

  /** Address of the host service; `null` if the work runs on this machine. */
  getHostServiceUrl(): string | null {
    return this.hostService.use ? (this.hostService.url ?? this.defaultHostUrl) : null;
  }

  getConfigurationInfo(): ManagerConfiguration {
    return {
      service: this.serviceName,
      using_host_service: this.isUsingHostService(),
      host_service_url: this.getHostServiceUrl(),
      default_host_url: this.defaultHostUrl,
      environment_variables: this.envVarPrefix === null ? null : hostServiceVariables(this.envVarPrefix),
    };
  }

  private launch<TResult, TType extends OperationType>(
    operation: ManagedOperation<TResult, TType>,
  ): Promise<LaunchedOperation<TResult>> {
    const initialContext = { host_service: this.isUsingHostService(), ...operation.initialContext };
    const parts = { renderer: this.renderer, logger: this.logger };
    return this.operations.launch({ ...operation, initialContext }, parts);
  }
}
