import { useEffect } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { MetricPoint, TypedOperationSummary } from '@ktrdr/contracts';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { onOperationsChange } from '../../live/operations.js';

/** Points of a training's curve while it runs and after. */
export interface LiveCurve {
  /** `null` before the first answer. */
  points: readonly MetricPoint[] | null;
  error: ApiError | null;
}

/** Pause between two requests, ms per point of the curve: a longer curve is read less often. */
const WAIT_PER_POINT_MS = 1;

/** Reads the points, and again after each event that tells of a new epoch. Events during a request cause one more. */
export function useCurve(id: string): ReadonlySignal<LiveCurve> {
  const curve = useSignal<LiveCurve>({ points: null, error: null });
  useEffect(() => {
    const abort = new AbortController();
    let isReading = false;
    let isOld = false;
    let seen = '';

    async function read(): Promise<void> {
      if (isReading) {
        isOld = true;
        return;
      }
      isReading = true;
      do {
        isOld = false;
        try {
          const { points } = await request('getOperationMetrics', { params: { id }, signal: abort.signal });
          curve.value = { points, error: null };
        } catch (error) {
          if (abort.signal.aborted) return;
          curve.value = { points: curve.peek().points, error: error as ApiError };
        }
        if (isOld) await wait(WAIT_PER_POINT_MS * (curve.peek().points?.length ?? 0));
        if (abort.signal.aborted) return;
      } while (isOld);
      isReading = false;
    }

    curve.value = { points: null, error: null };
    void read();
    const forget = onOperationsChange((change) => {
      if (change.type === 'reloaded') void read();
      if (change.type !== 'operation' || change.operation.operation_id !== id) return;
      const state = stateOf(change.operation);
      if (state === seen) return;
      seen = state;
      void read();
    });
    return () => {
      forget();
      abort.abort();
    };
  }, [id]);
  return curve;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Changes when there may be new points. */
function stateOf({ attempt, status, progress }: TypedOperationSummary): string {
  const { metrics, current_epoch } = progress.context;
  return JSON.stringify([attempt, status, progress.steps_completed, current_epoch, metrics?.val_loss]);
}
