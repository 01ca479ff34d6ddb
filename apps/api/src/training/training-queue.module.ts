import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TRAINING_QUEUE } from '@ktrdr/contracts';
import { TRAINING_QUEUE_READER } from '@ktrdr/contracts/messages';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { TRAINING_QUEUE_CLIENT, type TrainingQueue } from './training-queue.js';

/** Provides the queue of trainings, if there is one. */
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
        // loaded only if needed: it takes a while, and most APIs have no queue
        const { JobQueue } = await import('@ktrdr/job-queue');
        return new JobQueue({ url, queue: TRAINING_QUEUE, clock, logger, reader: TRAINING_QUEUE_READER });
      },
    },
  ],
  exports: [TRAINING_QUEUE_CLIENT],
})
export class TrainingQueueModule implements OnApplicationShutdown {
  constructor(@Inject(TRAINING_QUEUE_CLIENT) private readonly queue: TrainingQueue | null) {}

  /** No operation uses the queue any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.queue?.close();
  }
}
