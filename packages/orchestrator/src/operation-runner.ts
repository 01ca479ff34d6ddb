import type { OrchestratorLogger } from './logger.js';
import type { ManagedOperation } from './operation-context.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** Launches the operations of a manager. */
export interface LaunchParts {
  renderer: ProgressRenderer;
  logger: OrchestratorLogger;
}

/** Recreates operations of one type from their stored requests. */
export interface OperationRunner extends LaunchParts {
  /** @throws if the request is no longer valid: it is damaged or comes from another version */
  revive: (request: unknown) => ManagedOperation<unknown> | Promise<ManagedOperation<unknown>>;
}
