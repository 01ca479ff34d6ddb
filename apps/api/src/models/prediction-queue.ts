import { KtrdrError, type ModelDecisions, type PredictResponse } from '@ktrdr/contracts';
import { Slots } from '@ktrdr/orchestrator';
import {
  type DecisionsRun,
  type PredictionProcessOptions,
  type PredictionRun,
  runDecisionsProcess,
  runPredictionProcess,
} from '@ktrdr/trainer';

/** Maximum number of predictions that run at a time. */
const MOST_AT_ONCE = 2;
/** Maximum number of waiting predictions. */
const MOST_WAITING = 8;
/** Timeout of a prediction, ms. 10,000 bars of a long history take a few seconds. */
const TIMEOUT_MS = 30_000;

/** Runs each prediction in its own process, a few at a time. The others wait in order. */
export class PredictionQueue {
  private readonly slots = new Slots(MOST_AT_ONCE);
  private readonly stopping = new AbortController();

  /** @param mostMemoryMb of the process of a prediction */
  constructor(private readonly mostMemoryMb: number) {}

  /** @throws KtrdrError `predictions_busy`, `service_stopping`, and as `runPredictionProcess` */
  run(run: PredictionRun): Promise<PredictResponse> {
    return this.inTurn((options) => runPredictionProcess(run, options));
  }

  /** The decisions of a model on its test part. @throws as {@link run} */
  decide(run: DecisionsRun): Promise<ModelDecisions> {
    return this.inTurn((options) => runDecisionsProcess(run, options));
  }

  private async inTurn<T>(work: (options: PredictionProcessOptions) => Promise<T>): Promise<T> {
    const { signal } = this.stopping;
    if (this.slots.waiting >= MOST_WAITING) {
      throw new KtrdrError(
        'predictions_busy',
        `${MOST_AT_ONCE} predictions are running and ${MOST_WAITING} are waiting. Try again in a moment.`,
      );
    }
    const limits = { timeoutMs: TIMEOUT_MS, mostMemoryMb: this.mostMemoryMb };
    return this.slots.use({ signal }, () => work({ ...limits, signal }));
  }

  /** The service stops: kills running predictions and rejects waiting ones. */
  onModuleDestroy(): void {
    this.stopping.abort(
      new KtrdrError('service_stopping', 'The service is stopping. Try again after it has restarted.'),
    );
  }
}
