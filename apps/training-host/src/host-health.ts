import type { DynamicModule } from '@nestjs/common';
import type { EngineChoice, HostDescription } from '@ktrdr/contracts';
import { OperationsService } from '@ktrdr/orchestrator';
import { dataFolderCheck, type HealthModule, type NamedHealthCheck } from '@ktrdr/service-kit';
import type { HostSettings } from './config.js';
import { ENGINE } from './sessions/sessions.module.js';

/** What `GET /health` looks at: the operations' store, the bars, and what this host trains with. */
export function hostHealthChecks(
  { dataDir, maxSessions }: HostSettings,
  sessions: DynamicModule,
): Parameters<typeof HealthModule.register>[0] {
  return {
    imports: [sessions],
    inject: [OperationsService, ENGINE],
    useFactory: (operations: OperationsService, engine: EngineChoice): NamedHealthCheck[] => [
      { name: 'store', check: () => operations.checkStore() },
      dataFolderCheck(dataDir),
      {
        name: 'trainer',
        check: async () =>
          ({
            engine,
            sessions_running: operations.activeCount(),
            sessions_max: maxSessions,
          }) satisfies HostDescription,
      },
    ],
  };
}
