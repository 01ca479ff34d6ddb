import { useEffect, useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { now } from '../clock.js';
import type { ApiError } from '../api/api-error.js';
import { onOperationsChange, type OperationsChange } from './operations.js';

/** What a page has of something that the API answers. */
export interface Resource<Answer> {
  /** `null` before the first answer. It stays when a later request fails. */
  value: Answer | null;
  error: ApiError | null;
  isLoading: boolean;
  /** When `value` was received, ms since 1970; `null` before. */
  receivedAt: number | null;
}

export interface ResourceControl<Answer> {
  resource: ReadonlySignal<Resource<Answer>>;
  /** Asks again; what is shown stays until the answer comes. */
  reload: () => void;
  /** Replaces the value, for example with the answer of a change. */
  replace: (value: Answer) => void;
}

/**
 * Reads something from the API: now, when `key` changes, after the stream was interrupted, and on `reload`. An answer that comes
 * after a newer request is dropped.
 * @param key changes when something else is to be read
 * @param read asks the API
 * @param isTouched true for changes of operations after which the resource is read again; gets what was read before
 */
export function useResource<Answer>(
  key: string,
  read: (signal: AbortSignal) => Promise<Answer>,
  isTouched: (change: OperationsChange, value: Answer | null) => boolean = () => false,
): ResourceControl<Answer> {
  const resource = useSignal<Resource<Answer>>({
    value: null,
    error: null,
    isLoading: true,
    receivedAt: null,
  });
  const running = useRef<AbortController | null>(null);
  const readNow = useRef(read);
  readNow.current = read;
  const touched = useRef(isTouched);
  touched.current = isTouched;

  const reload = useRef(() => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    resource.value = { ...resource.peek(), isLoading: true };
    readNow.current(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted)
          resource.value = { value, error: null, isLoading: false, receivedAt: now() };
      },
      (error: unknown) => {
        if (!abort.signal.aborted)
          resource.value = { ...resource.peek(), error: error as ApiError, isLoading: false };
      },
    );
  });

  useEffect(() => {
    resource.value = { value: null, error: null, isLoading: true, receivedAt: null };
    reload.current();
    const forget = onOperationsChange((change) => {
      if (change.type === 'reloaded' || touched.current(change, resource.peek().value)) reload.current();
    });
    return () => {
      forget();
      running.current?.abort();
    };
  }, [key]);

  return {
    resource,
    reload: () => reload.current(),
    replace: (value) => {
      resource.value = { value, error: null, isLoading: false, receivedAt: now() };
    },
  };
}

/** Reads again when `state` changes, but not at first. */
export function useReloadWhen(state: string, reload: () => void): void {
  const seen = useRef(state);
  useEffect(() => {
    if (seen.current === state) return;
    seen.current = state;
    reload();
  }, [state]);
}
