import { now } from '../clock.js';
import { connection } from '../live/connection.js';
import { onOperationsChange } from '../live/operations.js';

const KEY = 'ktrdr-reloaded';
/** A page that was loaded again for this reason is not loaded again within this time, ms. */
const PAUSE_MS = 60_000;

/**
 * Loads the page again when a file of it is missing: the API was updated while the page was open, and the new version has other
 * files. Without a connection it waits for the API first.
 */
export function reloadWhenFilesAreMissing(): void {
  let isWaiting = false;
  addEventListener('vite:preloadError', () => {
    if (connection.peek().state === 'live') reload();
    else isWaiting = true;
  });
  onOperationsChange(({ type }) => {
    if (type === 'reloaded' && isWaiting) reload();
  });
}

function reload(): void {
  if (now() - Number(sessionStorage.getItem(KEY) ?? 0) < PAUSE_MS) return;
  sessionStorage.setItem(KEY, String(now()));
  location.reload();
}
