/** Checks in one `silentAfterMs`. */
const CHECKS = 10;

/**
 * Calls `onSilent` once when nothing was heard for `silentAfterMs`. It counts turns of its timer and reads no clock: a machine that
 * slept, or a parent that was busy, wakes to one missed turn and not to a silent child.
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
