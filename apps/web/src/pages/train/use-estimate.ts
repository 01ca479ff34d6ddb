import type { EstimateTrainingResponse, StartTrainingRequest } from '@ktrdr/contracts';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';

/** Wait after the last change before the request to the API, ms. */
const DEBOUNCE_MS = 300;

export interface Estimate {
  /** Newest answer; it stays while a newer one is on its way. */
  answer: EstimateTrainingResponse | null;
  /** Why the training would be refused. */
  error: ApiError | null;
  isOld: boolean;
}

/** What a training would need, while its form is filled in. The newest request wins. @param isReady false: it is not asked */
export function useEstimate(asked: StartTrainingRequest, isReady: boolean): ReadonlySignal<Estimate> {
  const estimate = useSignal<Estimate>({ answer: null, error: null, isOld: true });
  const key = JSON.stringify(asked);
  useEffect(() => {
    estimate.value = { ...estimate.peek(), error: null, isOld: true };
    if (!isReady) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      request('estimateTraining', { body: asked, signal: abort.signal }).then(
        (answer) => {
          if (!abort.signal.aborted) estimate.value = { answer, error: null, isOld: false };
        },
        (error: unknown) => {
          if (!abort.signal.aborted)
            estimate.value = { answer: null, error: error as ApiError, isOld: false };
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, isReady]);
  return estimate;
}
