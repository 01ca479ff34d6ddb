import { Module } from '@nestjs/common';
import { OperationsService } from '@ktrdr/orchestrator';
import { HealthModule, folderCheck, type NamedHealthCheck } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { TrainingManager } from '../training/training-manager.js';
import { TrainingModule } from '../training/training.module.js';

function healthChecks(
  { dataDir, modelsDir, stateDir }: ApiSettings,
  operations: OperationsService,
  training: TrainingManager,
): NamedHealthCheck[] {
  return [
    { name: 'store', check: () => operations.checkStore() },
    folderCheck('state', { setting: 'STATE_DIR', folder: stateDir, use: 'write' }),
    folderCheck('models', { setting: 'MODELS_DIR', folder: modelsDir, use: 'write' }),
    folderCheck('data', { setting: 'DATA_DIR', folder: dataDir, use: 'read' }),
    { name: 'training', check: () => checkTraining(training) },
  ];
}

/** Where trainings run. The check is down if a host is used and does not answer. */
async function checkTraining(manager: TrainingManager): Promise<Record<string, unknown>> {
  const { healthy, problems, using_host_service, host_service_url } = await manager.healthCheck();
  if (!healthy) throw new Error(problems.join(' '));
  return { using_host_service, host_service_url };
}

/** `GET /health` of the API. */
@Module({
  imports: [
    HealthModule.register({
      imports: [TrainingModule],
      inject: [API_SETTINGS, OperationsService, TrainingManager],
      useFactory: healthChecks,
    }),
  ],
})
export class ApiHealthModule {}
