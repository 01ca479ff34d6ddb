import type { StrategyFile } from '@ktrdr/contracts';
import { useComputed, useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { useAction, type Action } from '../../api/use-action.js';

/** A stored text and its revision; `null`: there is no file. */
interface SavedText {
  text: string;
  revision: string | null;
}

/** Text that is edited, beside the stored file. */
export interface Draft {
  text: Signal<string>;
  saved: ReadonlySignal<SavedText>;
  isUnsaved: ReadonlySignal<boolean>;
  save: Action<void>;
  /** Somebody else has saved this while the text has unsaved changes. */
  newer: ReadonlySignal<StrategyFile | null>;
  /** Open question which text is kept; `file` is `null` if it was deleted. */
  conflict: ReadonlySignal<{ file: StrategyFile | null } | null>;
  showConflict: () => void;
  closeConflict: () => void;
  keepMine: () => void;
  takeStored: () => void;
  /** Forgets the changes. */
  discard: () => void;
}

/**
 * @param file newest state of the file; it changes when the file is read again
 * @param onReplaced the text was replaced by another one
 * @param onSaved the text is stored
 */
export function useDraft(
  file: StrategyFile,
  onReplaced: (text: string) => void,
  onSaved: () => void = () => {},
): Draft {
  const text = useSignal(file.text);
  const saved = useSignal<SavedText>({ text: file.text, revision: file.revision });
  const newer = useSignal<StrategyFile | null>(null);
  const conflict = useSignal<{ file: StrategyFile | null } | null>(null);
  const isUnsaved = useComputed(() => text.value !== saved.value.text);
  const replaced = useRef(onReplaced);
  replaced.current = onReplaced;

  const take = (stored: StrategyFile): void => {
    saved.value = { text: stored.text, revision: stored.revision };
    text.value = stored.text;
    newer.value = null;
    replaced.current(stored.text);
  };

  useEffect(() => {
    if (file.revision === saved.peek().revision) return;
    if (isUnsaved.peek()) newer.value = file;
    else take(file);
  }, [file.revision]);

  const save = useAction(
    async () => {
      const sent = text.peek();
      try {
        const { revision } = await request('saveStrategy', {
          params: { name: file.name },
          body: { text: sent, revision: saved.peek().revision },
        });
        return { text: sent, revision };
      } catch (error) {
        if (error instanceof ApiError && error.code === 'strategy_changed')
          conflict.value = { file: await readAgain(file.name) };
        throw error;
      }
    },
    (stored) => {
      saved.value = stored;
      newer.value = null;
      onSaved();
    },
  );

  return {
    text,
    saved,
    isUnsaved,
    save,
    newer,
    conflict,
    showConflict: () => {
      conflict.value = { file: newer.peek() };
    },
    closeConflict: () => {
      conflict.value = null;
    },
    keepMine: () => {
      const found = conflict.peek()?.file ?? null;
      conflict.value = null;
      saved.value = { text: found?.text ?? '', revision: found?.revision ?? null };
      save.run();
    },
    takeStored: () => {
      const found = conflict.peek()?.file ?? null;
      conflict.value = null;
      save.reset();
      if (found !== null) take(found);
    },
    discard: () => {
      text.value = saved.peek().text;
    },
  };
}

/** @returns `null` if the file was deleted */
async function readAgain(name: string): Promise<StrategyFile | null> {
  try {
    return await request('getStrategy', { params: { name } });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'strategy_not_found') return null;
    throw error;
  }
}
