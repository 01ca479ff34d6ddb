export { createService, type ServiceDescription } from './create-service.js';
export type { NamedHealthCheck } from './health/health.controller.js';
export { HealthModule } from './health/health.module.js';
export { PlainAnswer } from './http/success-envelope.js';
export { MetricsModule } from './metrics/metrics.module.js';
export { CLOCK, ORCHESTRATOR_LOGGER, OrchestratorModule } from './orchestrator.module.js';
export { runService, type ListenSettings, type RunnableService } from './run-service.js';
export { SettingsReader } from './settings-reader.js';
export { TRAINING_STEPS, trainingProgress } from './training-steps.js';
