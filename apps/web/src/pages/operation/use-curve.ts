import { useEffect, useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import {
  LastEpochs,
  MOST_METRIC_POINTS,
  type MetricPoint,
  type TypedOperationSummary,
} from '@ktrdr/contracts';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { onOperationsChange } from '../../live/operations.js';
import { withLater } from './known-points.js';

/** Points of a training's curve while it runs and after. */
export interface LiveCurve {
  /** `null` before the first answer. */
  points: readonly MetricPoint[] | null;
  error: ApiError | null;
}

/**
 * Reads the points, then the new ones after each event with a new epoch. Events during a request cause one more request. It reads the
 * whole curve again after a change of the attempt or status, after an interrupted stream, and if there are very many points.
 */
export function useCurve(id: string): { curve: ReadonlySignal<LiveCurve>; reload: () => void } {
  const curve = useSignal<LiveCurve>({ points: null, error: null });
  const readWhole = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let isReading = false;
    let isOld = false;
    let isWhole = true;
    let seen = { run: '', epoch: '' };

    async function read(): Promise<void> {
      isOld = true;
      if (isReading) return;
      isReading = true;
      while (isOld) {
        isOld = false;
        try {
          await readOnce();
        } catch (error) {
          if (abort.signal.aborted) return;
          isWhole = true;
          curve.value = { points: curve.peek().points, error: error as ApiError };
        }
      }
      isReading = false;
    }

    async function readOnce(): Promise<void> {
      const known = isWhole ? null : curve.peek().points;
      isWhole = false;
      const { after } = new LastEpochs(known ?? []);
      const query = after === undefined ? {} : { after };
      const answer = await request('getOperationMetrics', { params: { id }, query, signal: abort.signal });
      const points = known === null ? answer.points : withLater(known, answer.points);
      // the API has thinned its points
      if (points.length > MOST_METRIC_POINTS) isWhole = true;
      curve.value = { points, error: null };
    }

    readWhole.current = () => {
      isWhole = true;
      void read();
    };
    curve.value = { points: null, error: null };
    void read();
    const forget = onOperationsChange((change) => {
      if (change.type === 'reloaded') readWhole.current();
      if (change.type !== 'operation' || change.operation.operation_id !== id) return;
      const { run, epoch } = stateOf(change.operation);
      if (run === seen.run && epoch === seen.epoch) return;
      if (run !== seen.run) isWhole = true;
      seen = { run, epoch };
      void read();
    });
    return () => {
      forget();
      abort.abort();
    };
  }, [id]);
  return { curve, reload: () => readWhole.current() };
}

/** `run` changes when earlier points may have changed, `epoch` when there may be new points. */
function stateOf({ attempt, status, progress }: TypedOperationSummary): { run: string; epoch: string } {
  const { metrics, current_epoch } = progress.context;
  return {
    run: `${attempt} ${status}`,
    epoch: JSON.stringify([progress.steps_completed, current_epoch, metrics?.val_loss]),
  };
}
