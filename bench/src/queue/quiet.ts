import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** Writes nothing. A failure ends the benchmark with its error. */
export const QUIET: OrchestratorLogger = { info() {}, warn() {}, error() {} };
