import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import type { SessionsService } from './sessions.service.js';

/** Time that APIs have for their last request (ms): longer than their interval between two requests, shorter than a stop may take. */
const LAST_REQUEST_MS = 900;

/**
 * A host that stops cancels its sessions first. Then it answers requests for a moment longer, so that the APIs learn how their
 * sessions ended.
 */
export class LastAnswers implements BeforeApplicationShutdown {
  constructor(
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await new Promise<void>((resolve) => {
      const stopTimer = this.clock.setTimer(LAST_REQUEST_MS, resolve);
      void this.sessions.untilTold().then(() => {
        stopTimer();
        resolve();
      });
    });
  }
}
