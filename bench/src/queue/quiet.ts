import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** Nothing is written: what fails ends the benchmark with its reason. */
export const QUIET: OrchestratorLogger = { info() {}, warn() {}, error() {} };
