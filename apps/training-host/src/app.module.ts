import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MemoryOperationStore, type Clock } from '@ktrdr/orchestrator';
import {
  AccessModule,
  CLOCK,
  HealthModule,
  MetricsModule,
  OrchestratorModule,
  SignedRequests,
} from '@ktrdr/service-kit';
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
        access(settings.secret),
        MetricsModule,
        sessions,
        ...(settings.queue === null ? [] : [await queueModule(settings, settings.queue, sessions)]),
        HealthModule.register(hostHealthChecks(settings, sessions)),
      ],
    };
  }
}

/** Without a secret the host listens on loopback, and every program of the machine may use it. */
function access(secret: string | null): DynamicModule {
  if (secret === null) return AccessModule.open();
  return AccessModule.forRoot({
    inject: [CLOCK, HttpAdapterHost],
    useFactory: (clock: Clock, adapter: HttpAdapterHost) => new SignedRequests(secret, clock, adapter),
  });
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
