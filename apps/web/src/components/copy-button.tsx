import { useSignal } from '@preact/signals';

/** How long the button says that the text is copied, ms. */
const COPIED_MS = 3_000;

/** Copies a text. @param text not shown by the button */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const said = useSignal<string | null>(null);
  const say = (words: string): void => {
    said.value = words;
    setTimeout(() => {
      said.value = null;
    }, COPIED_MS);
  };
  const copy = (): void => {
    // pages over plain http on another machine have no clipboard
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copied.then(
      () => say('Copied'),
      () => say('Select the text and press Ctrl+C'),
    );
  };
  return (
    <>
      <button type="button" class="button" aria-label={label} onClick={copy}>
        {said.value ?? label}
      </button>
      <span class="visually-hidden" role="status">
        {said.value}
      </span>
    </>
  );
}
