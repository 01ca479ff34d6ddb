import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TRAINING_QUEUE } from '@ktrdr/contracts';
import { JobQueue } from '@ktrdr/job-queue';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { TRAINING_QUEUE_CLIENT, type TrainingQueue } from './training-queue.js';

/** The queue of trainings, where there is one. */
@Module({
  providers: [
    {
      provide: TRAINING_QUEUE_CLIENT,
      inject: [API_SETTINGS, CLOCK, ORCHESTRATOR_LOGGER],
      useFactory: (
        { trainingQueueUrl: url }: ApiSettings,
        clock: Clock,
        logger: OrchestratorLogger,
      ): TrainingQueue | null =>
        url === undefined ? null : new JobQueue({ url, queue: TRAINING_QUEUE, clock, logger }),
    },
  ],
  exports: [TRAINING_QUEUE_CLIENT],
})
export class TrainingQueueModule implements OnApplicationShutdown {
  constructor(@Inject(TRAINING_QUEUE_CLIENT) private readonly queue: TrainingQueue | null) {}

  /** Operations have left it by then. */
  async onApplicationShutdown(): Promise<void> {
    await this.queue?.close();
  }
}
