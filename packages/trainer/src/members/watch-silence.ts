/** Number of checks within `silentAfterMs`. */
const CHECKS = 10;

/**
 * Calls `onSilent` once if there was no message for `silentAfterMs`. Counts ticks of a timer instead of reading a clock: after the
 * machine has slept, or the parent was busy, only one tick was missed.
 */
export class SilenceWatch {
  private readonly timer: NodeJS.Timeout;
  private missed = 0;

  constructor(silentAfterMs: number, onSilent: () => void) {
    this.timer = setInterval(() => {
      this.missed += 1;
      if (this.missed < CHECKS) return;
      this.stop();
      onSilent();
    }, silentAfterMs / CHECKS);
  }

  heard(): void {
    this.missed = 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
