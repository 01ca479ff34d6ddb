import { KtrdrError, type PredictResponse } from '@ktrdr/contracts';
import { type PredictionRun, runPredictionProcess } from '@ktrdr/trainer';

/** Processes that compute at once. */
const MOST_AT_ONCE = 2;
/** Predictions that wait for one of them. */
const MOST_WAITING = 8;
/** 10,000 bars of a long history take a few seconds. */
const TIMEOUT_MS = 30_000;

/** Predictions, each in a process of its own, a few at once; the others wait in their order. */
export class PredictionQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly stopping = new AbortController();

  /** @throws KtrdrError `predictions_busy`, `service_stopping`, and as `runPredictionProcess` */
  async run(run: PredictionRun): Promise<PredictResponse> {
    await this.turn();
    try {
      return await runPredictionProcess(run, { timeoutMs: TIMEOUT_MS, signal: this.stopping.signal });
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  /** The service stops: what computes is killed, nobody waits any more. */
  onModuleDestroy(): void {
    this.stopping.abort(
      new KtrdrError('service_stopping', 'The service is stopping. Ask again when it has started anew.'),
    );
  }

  private async turn(): Promise<void> {
    if (this.running < MOST_AT_ONCE) {
      this.running += 1;
    } else if (this.waiting.length < MOST_WAITING) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      throw new KtrdrError(
        'predictions_busy',
        `${MOST_AT_ONCE} predictions are computed and ${MOST_WAITING} wait already. Ask again in a moment.`,
      );
    }
  }
}
