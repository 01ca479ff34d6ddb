import { useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ApiError } from './api-error.js';

/** Something that a button does. */
export interface Action<Input> {
  state: ReadonlySignal<{ isRunning: boolean; error: ApiError | null }>;
  /** Starts it, unless it runs already. */
  run: (input: Input) => void;
  /** Forgets the error. */
  reset: () => void;
}

/**
 * A change that the user starts, with its error. Another click while it runs does nothing.
 *
 * @param act asks the API
 * @param done gets the answer
 */
export function useAction<Answer, Input = void>(
  act: (input: Input) => Promise<Answer>,
  done: (answer: Answer, input: Input) => void = () => {},
): Action<Input> {
  const state = useSignal<{ isRunning: boolean; error: ApiError | null }>({ isRunning: false, error: null });
  const newest = useRef({ act, done });
  newest.current = { act, done };
  const action = useRef<Action<Input>>({
    state,
    run(input) {
      if (state.peek().isRunning) return;
      state.value = { isRunning: true, error: null };
      newest.current.act(input).then(
        (answer) => {
          state.value = { isRunning: false, error: null };
          newest.current.done(answer, input);
        },
        (error: unknown) => {
          state.value = { isRunning: false, error: error as ApiError };
        },
      );
    },
    reset() {
      state.value = { ...state.peek(), error: null };
    },
  });
  return action.current;
}
