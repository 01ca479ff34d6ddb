import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** Only what is wrong is written. */
export const QUIET: OrchestratorLogger = { info() {}, warn: console.warn, error: console.error };
