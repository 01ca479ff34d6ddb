import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import { HealthModule, MetricsModule, OrchestratorModule } from '@ktrdr/service-kit';
import type { HostSettings } from './config.js';
import { hostHealthChecks } from './host-health.js';
import { QueueModule } from './queue/queue.module.js';
import { SessionsModule } from './sessions/sessions.module.js';

@Module({})
export class AppModule {
  static register(settings: HostSettings): DynamicModule {
    const sessions = SessionsModule.register(settings);
    return {
      module: AppModule,
      imports: [
        OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
        MetricsModule,
        sessions,
        ...(settings.queue === null ? [] : [QueueModule.register(settings, settings.queue, sessions)]),
        HealthModule.register(hostHealthChecks(settings, sessions)),
      ],
    };
  }
}
