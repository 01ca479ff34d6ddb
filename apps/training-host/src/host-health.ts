import type { DynamicModule } from '@nestjs/common';
import type { HostDescription } from '@ktrdr/contracts';
import { OperationsService } from '@ktrdr/orchestrator';
import { folderCheck, type HealthModule, type NamedHealthCheck } from '@ktrdr/service-kit';
import { deviceOf, EngineSelector } from '@ktrdr/trainer';
import type { HostSettings } from './config.js';

/** The checks of `GET /health`: the store of operations, the folders, and the engines of this host. */
export function hostHealthChecks(
  settings: HostSettings,
  sessions: DynamicModule,
): Parameters<typeof HealthModule.register>[0] {
  return {
    imports: [sessions],
    inject: [OperationsService, EngineSelector],
    useFactory: (operations: OperationsService, selector: EngineSelector): NamedHealthCheck[] => [
      { name: 'store', check: () => operations.checkStore() },
      folderCheck('state', { setting: 'STATE_DIR', folder: settings.stateDir, use: 'write' }),
      folderCheck('data', { setting: 'DATA_DIR', folder: settings.dataDir, use: 'read' }),
      {
        name: 'trainer',
        check: async () => ({ ...(await describeHost(settings, operations, selector)) }),
      },
    ],
  };
}

/** Describes the host for `GET /health` and for the queue. */
export async function describeHost(
  { engine, maxSessions, sessionLeaseMs }: HostSettings,
  operations: OperationsService,
  selector: EngineSelector,
): Promise<HostDescription> {
  const { engines, rejected } = await selector.candidates(engine, 'mlp');
  return {
    engine_setting: engine,
    engines: engines.map((name) => ({ engine: name, device: deviceOf(name) })),
    rejected_engines: rejected,
    sessions_running: operations.activeCount(),
    sessions_max: maxSessions,
    session_lease_ms: sessionLeaseMs,
    sends_bytes: true,
  };
}
