import { Module } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { TrainingHostClient } from '../training/training-host-client.js';
import { TrainingQueueModule } from '../training/training-queue.module.js';
import { TRAINING_QUEUE_CLIENT, type TrainingQueue } from '../training/training-queue.js';
import { HostsController } from './hosts.controller.js';
import { HostsService } from './hosts.service.js';

@Module({
  imports: [TrainingQueueModule],
  controllers: [HostsController],
  providers: [
    {
      provide: HostsService,
      inject: [API_SETTINGS, TRAINING_QUEUE_CLIENT, CLOCK],
      useFactory: (
        { trainingHost, trainingHostTrust }: ApiSettings,
        queue: TrainingQueue | null,
        clock: Clock,
      ) => {
        const host = trainingHost.use
          ? new TrainingHostClient(trainingHost.url, trainingHostTrust, clock)
          : null;
        return new HostsService(queue, host, clock);
      },
    },
  ],
  exports: [HostsService],
})
export class HostsModule {}
