import type { ValidateStrategyResponse } from '@ktrdr/contracts';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';

/** Wait after the last key before the text is validated, ms. */
const DEBOUNCE_MS = 250;

export interface Validation {
  /** Newest answer; `null` before the first. */
  answer: ValidateStrategyResponse | null;
  /** True while the text is newer than the answer. */
  isOld: boolean;
  error: ApiError | null;
}

/** Validates a text while it is typed. The newest text wins: older requests are given up. */
export function useValidation(text: string, file: string): ReadonlySignal<Validation> {
  const validation = useSignal<Validation>({ answer: null, isOld: true, error: null });
  useEffect(() => {
    const abort = new AbortController();
    validation.value = { ...validation.peek(), isOld: true };
    const timer = setTimeout(
      () => {
        request('validateStrategy', {
          body: { strategy: text, strategy_file: file },
          signal: abort.signal,
        }).then(
          (answer) => {
            if (!abort.signal.aborted) validation.value = { answer, isOld: false, error: null };
          },
          (error: unknown) => {
            if (!abort.signal.aborted) validation.value = { ...validation.peek(), error: error as ApiError };
          },
        );
      },
      validation.peek().answer === null ? 0 : DEBOUNCE_MS,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, file]);
  return validation;
}
