import { signal } from '@preact/signals';
import { now } from '../clock.js';
import { connection } from '../live/connection.js';
import { Note } from '../components/note.js';
import { onOperationsChange } from '../live/operations.js';

const KEY = 'ktrdr-reloaded';
/** A page that was loaded again for this reason is not loaded again within this time, ms. */
const PAUSE_MS = 60_000;

const isIncomplete = signal(false);

/**
 * Loads the page again when a file of it is missing: the API was updated while the page was open, and the new version has other
 * files. Without a connection it waits for the API first.
 */
export function reloadWhenFilesAreMissing(): void {
  addEventListener('vite:preloadError', () => {
    isIncomplete.value = true;
    if (connection.peek().state === 'live') reload();
  });
  onOperationsChange(({ type }) => {
    if (type === 'reloaded' && isIncomplete.peek()) reload();
  });
}

function reload(): void {
  if (now() - Number(sessionStorage.getItem(KEY) ?? 0) < PAUSE_MS) return;
  sessionStorage.setItem(KEY, String(now()));
  location.reload();
}

/** Says that a file is missing, where loading the page again has not helped. */
export function MissingFilesNote() {
  if (!isIncomplete.value) return null;
  return (
    <Note kind="problem">
      <p>
        A file of this page could not be loaded. Load the page again. If that does not help, build the API
        again.
      </p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Load again
      </button>
    </Note>
  );
}
