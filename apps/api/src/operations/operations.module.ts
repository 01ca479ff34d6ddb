import { Module } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import { OpenStreams } from './open-streams.js';
import { OperationsController } from './operations.controller.js';

@Module({
  controllers: [OperationsController],
  providers: [
    { provide: OpenStreams, inject: [CLOCK], useFactory: (clock: Clock) => new OpenStreams(clock) },
  ],
})
export class OperationsModule {}
