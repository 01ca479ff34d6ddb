import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TRAINING_QUEUE } from '@ktrdr/contracts';
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
      useFactory: async (
        { trainingQueueUrl: url }: ApiSettings,
        clock: Clock,
        logger: OrchestratorLogger,
      ): Promise<TrainingQueue | null> => {
        if (url === undefined) return null;
        // takes a while to load, and most APIs have no queue
        const { JobQueue } = await import('@ktrdr/job-queue');
        return new JobQueue({ url, queue: TRAINING_QUEUE, clock, logger });
      },
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
