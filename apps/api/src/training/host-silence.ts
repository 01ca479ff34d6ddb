import type { Clock } from '@ktrdr/orchestrator';

/** Time between two reports (ms). A shorter silence is not reported. */
const TELL_EVERY_MS = 2_000;

/** Reports that a host does not answer while a request waits for it. */
export class HostSilence {
  private readonly began: number;
  private told = false;
  private failed = false;
  private cancelTimer = (): void => {};

  constructor(
    private readonly clock: Clock,
    private readonly options: {
      /** A host that is silent for this long is lost (ms). A cancel may change it. */
      patienceMs: () => number;
      /** The answer may take long: only a failed request counts as silence. */
      mayTakeLong: boolean;
      /** Gets the text to show, and `null` when the host has answered. */
      tell: (words: string | null) => void;
    },
  ) {
    this.began = clock.monotonic();
    this.listen();
  }

  /** A request got no answer and will be repeated. */
  unanswered(): void {
    this.failed = true;
  }

  answered(): void {
    if (this.told) this.options.tell(null);
  }

  /** Nothing waits for the host any more. */
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
