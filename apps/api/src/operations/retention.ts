import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Clock, OperationsService, OrchestratorLogger } from '@ktrdr/orchestrator';

export const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

/** Removes operations that ended `keepDays` ago, when the service starts and every hour. `0` keeps them. */
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private cancelTimer = (): void => {};

  constructor(
    private readonly keepDays: number,
    private readonly operations: OperationsService,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.keepDays === 0) return;
    try {
      const removed = await this.operations.removeEnded(this.clock.now() - this.keepDays * DAY_MS);
      if (removed > 0) this.logger.info('old operations were removed', { removed, days: this.keepDays });
    } catch (error) {
      this.logger.error('old operations could not be removed', { error });
    }
    this.cancelTimer = this.clock.setTimer(EVERY_MS, () => void this.onApplicationBootstrap());
  }

  onModuleDestroy(): void {
    this.cancelTimer();
  }
}
