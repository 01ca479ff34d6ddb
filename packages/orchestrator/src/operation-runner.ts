import type { OrchestratorLogger } from './logger.js';
import type { ManagedOperation } from './operation-context.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** What a manager launches its operations with. */
export interface LaunchParts {
  renderer: ProgressRenderer;
  logger: OrchestratorLogger;
}

/** Makes operations of one type again from the requests that they were stored with. */
export interface OperationRunner extends LaunchParts {
  /** @throws where the request no longer makes sense: made by another version, or damaged */
  revive: (request: unknown) => ManagedOperation<unknown>;
}
