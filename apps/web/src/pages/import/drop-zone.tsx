import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { droppedFiles } from './dropped-files.js';

/** Takes files: dropped anywhere on the page, or chosen. */
export function DropZone({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const isOver = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const take = useRef(onFiles);
  take.current = onFiles;

  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent): void => {
      // the pointer left the window
      if (event.relatedTarget === null) isOver.value = false;
    };
    // a file beside the zone would otherwise replace the page
    const drop = (event: DragEvent): void => {
      isOver.value = false;
      if (event.dataTransfer === null || !hasFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then((files) => take.current(files));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);

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
