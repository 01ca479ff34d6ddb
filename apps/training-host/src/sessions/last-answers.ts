import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import type { SessionsService } from './sessions.service.js';

/** How long APIs may take to ask for the last time, ms: longer than they wait between two looks, and within a stop's time. */
const LAST_LOOK_MS = 900;
const EVERY_MS = 20;

/**
 * When the host stops, its sessions are cancelled first; then it goes on answering for a moment, so that the APIs that follow
 * them hear how they ended, and do not have to guess from a host that is silent.
 */
export class LastAnswers implements BeforeApplicationShutdown {
  constructor(
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    const end = this.clock.monotonic() + LAST_LOOK_MS;
    while (this.sessions.untold > 0 && this.clock.monotonic() < end) await this.clock.sleep(EVERY_MS);
  }
}
