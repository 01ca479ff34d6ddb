import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import { AccessModule, HealthModule, MetricsModule, OrchestratorModule } from '@ktrdr/service-kit';
import type { HostQueueSettings, HostSettings } from './config.js';
import { hostHealthChecks } from './host-health.js';
import { SessionsModule } from './sessions/sessions.module.js';

@Module({})
export class AppModule {
  static async register(settings: HostSettings): Promise<DynamicModule> {
    const sessions = SessionsModule.register(settings);
    return {
      module: AppModule,
      imports: [
        OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
        AccessModule.open(),
        MetricsModule,
        sessions,
        ...(settings.queue === null ? [] : [await queueModule(settings, settings.queue, sessions)]),
        HealthModule.register(hostHealthChecks(settings, sessions)),
      ],
    };
  }
}

/** Loaded only if needed: it takes a while, and most hosts have no queue. */
async function queueModule(
  settings: HostSettings,
  queue: HostQueueSettings,
  sessions: DynamicModule,
): Promise<DynamicModule> {
  const { QueueModule } = await import('./queue/queue.module.js');
  return QueueModule.register(settings, queue, sessions);
}
