import { KtrdrError } from '@ktrdr/contracts';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** Reads messages that are left out if they are not valid. Logs each kind of complaint once: a faulty process repeats it. */
export class OrComplain {
  private readonly complained = new Set<string>();

  constructor(private readonly logger: OrchestratorLogger) {}

  /** The message, or `null` if it is not valid. */
  read<T>(read: (value: unknown) => T, value: unknown): T | null {
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof KtrdrError)) throw error;
      if (!this.complained.has(error.message) && this.complained.size < MOST_COMPLAINTS) {
        this.complained.add(error.message);
        this.logger.warn('a message of the queue is not valid and was not used', { error });
      }
      return null;
    }
  }
}

const MOST_COMPLAINTS = 100;
