import type { Clock } from '@ktrdr/orchestrator';

/** Time between two reports, ms; nothing is said of a shorter silence. */
const TELL_EVERY_MS = 2_000;

/** Reports that a host gives no answer while an answer is waited for. */
export class HostSilence {
  private readonly began: number;
  private told = false;
  private failed = false;
  private cancelTimer = (): void => {};

  constructor(
    private readonly clock: Clock,
    private readonly options: {
      /** A host that is silent for so long is lost, ms; a cancel may change it. */
      patienceMs: () => number;
      /** An answer may take its time: only a question that failed is silence. */
      mayTakeLong: boolean;
      /** What is to be shown; `null` once the host has answered. */
      tell: (words: string | null) => void;
    },
  ) {
    this.began = clock.monotonic();
    this.listen();
  }

  /** A question got no answer and will be asked again. */
  unanswered(): void {
    this.failed = true;
  }

  answered(): void {
    if (this.told) this.options.tell(null);
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.cancelTimer();
  }

  private listen(): void {
    this.cancelTimer = this.clock.setTimer(TELL_EVERY_MS, () => {
      this.tell();
      this.listen();
    });
  }

  private tell(): void {
    const { mayTakeLong, patienceMs, tell } = this.options;
    if (mayTakeLong && !this.failed) return;
    this.told = true;
    const seconds = Math.round((this.clock.monotonic() - this.began) / 1000);
    tell(`the training host does not answer (${seconds} s of ${patienceMs() / 1000})`);
  }
}
