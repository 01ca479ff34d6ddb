import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/**
 * A signal whose value the browser keeps in the history entry of the page, so a form keeps its values after Back and after a reload.
 * `structuredClone` must be able to copy the value.
 */
export function useKept<Value extends object>(name: string, first: Value): Signal<Value> {
  const kept = (history.state as Kept | null)?.kept?.[name];
  const value = useSignal<Value>({ ...first, ...(kept as Value | undefined) });
  useEffect(() => {
    const begun = value.peek();
    return value.subscribe((now) => {
      if (now === begun) return;
      const state = history.state as Kept | null;
      history.replaceState({ ...state, kept: { ...state?.kept, [name]: now } }, '');
    });
  }, []);
  return value;
}

/** The state of an entry. */
interface Kept {
  kept?: Record<string, unknown>;
}
