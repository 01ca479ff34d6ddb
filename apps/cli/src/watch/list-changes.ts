import type { Clock } from '@ktrdr/contracts';
import type { ApiClient } from '../api-client.js';
import { ApiError, CliError } from '../cli-error.js';

/** Pause before a broken stream is opened again, ms. */
const REOPEN_MS = 2_000;

/** Hears from the API's stream of operations that something has changed. Without the stream, a list is loaded at intervals. */
export class ListChanges {
  /** The stream is up: nothing changes without an event. */
  isLive = false;
  private isChanged = false;
  private wake: () => void = () => {};

  constructor(
    private readonly api: ApiClient,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Listens until the signal fires. Never rejects. */
  async listen(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        for await (const _ of this.api.operationsEvents()) {
          this.isLive = true;
          this.change();
        }
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        // an API of an earlier version has no stream, and a role may not read it
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return;
      } finally {
        this.isLive = false;
      }
      // an abort ends the loop
      await this.clock.sleep(REOPEN_MS, this.signal).catch(() => undefined);
    }
  }

  /** Waits for a change, at most `ms`. @returns whether something has changed */
  async wait(ms: number): Promise<boolean> {
    if (!this.isChanged) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await Promise.race([woken, this.clock.sleep(ms, this.signal).catch(() => undefined)]);
    }
    const changed = this.isChanged;
    this.isChanged = false;
    return changed;
  }

  private change(): void {
    this.isChanged = true;
    this.wake();
  }
}
