import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { Uploads } from './uploads.js';

const EVERY_MS = 3_600_000;

/** Removes old uploads when the service starts, and every hour. */
export class RemoveOldUploads implements OnApplicationBootstrap, OnModuleDestroy {
  private cancelTimer = (): void => {};

  constructor(
    private readonly uploads: Uploads,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.uploads.removeOld(this.clock.now());
    } catch (error) {
      this.logger.error('old uploads could not be removed', { error });
    }
    this.cancelTimer = this.clock.setTimer(EVERY_MS, () => void this.onApplicationBootstrap());
  }

  onModuleDestroy(): void {
    this.cancelTimer();
  }
}
