import { KtrdrError, type PredictResponse } from '@ktrdr/contracts';
import { type PredictionRun, runPredictionProcess } from '@ktrdr/trainer';

/** Maximum number of predictions that run at a time. */
const MOST_AT_ONCE = 2;
/** Maximum number of waiting predictions. */
const MOST_WAITING = 8;
/** Timeout of a prediction, ms. 10,000 bars of a long history take a few seconds. */
const TIMEOUT_MS = 30_000;

/** Runs each prediction in its own process, a few at a time. The others wait in order. */
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

  /** The service stops: kills running predictions and rejects waiting ones. */
  onModuleDestroy(): void {
    this.stopping.abort(
      new KtrdrError('service_stopping', 'The service is stopping. Try again after it has restarted.'),
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
        `${MOST_AT_ONCE} predictions are running and ${MOST_WAITING} are waiting. Try again in a moment.`,
      );
    }
  }
}
