import { access, constants } from 'node:fs/promises';
import type { DynamicModule } from '@nestjs/common';
import type { EngineChoice, HostDescription } from '@ktrdr/contracts';
import { OperationsService } from '@ktrdr/orchestrator';
import type { HealthModule, NamedHealthCheck } from '@ktrdr/service-kit';
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
      { name: 'data', check: () => checkFolder(dataDir) },
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

async function checkFolder(dataDir: string): Promise<{ folder: string }> {
  try {
    await access(dataDir, constants.R_OK);
  } catch {
    throw new Error(`The data folder ${dataDir} cannot be read. Create it, or set DATA_DIR.`);
  }
  return { folder: dataDir };
}
