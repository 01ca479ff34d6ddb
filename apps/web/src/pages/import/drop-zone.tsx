import { useRef } from 'preact/hooks';
import { useFileDrop } from './use-file-drop.js';

/** Takes files: dropped anywhere on the page, or chosen. */
export function DropZone({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const isOver = useFileDrop(onFiles);
  const input = useRef<HTMLInputElement>(null);

  return (
    <div class={`drop-zone ${isOver.value ? 'drop-zone-over' : ''}`}>
      <p class="drop-title">Drop files here</p>
      <p class="muted">
        CSV and other text tables, Parquet, Feather or JSON, also compressed with gzip or zip. Nothing is
        stored before you confirm it.
      </p>
      <button type="button" class="button" onClick={() => input.current?.click()}>
        Choose files
      </button>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Files with bars"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          // the same file can be chosen again
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
