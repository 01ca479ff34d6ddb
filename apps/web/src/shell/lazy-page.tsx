import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { lazy } from 'preact-iso';
import { now } from '../clock.js';
import { Note } from '../components/note.js';

/** Between two questions whether the API answers again, ms. */
const ASK_MS = 3_000;
/** A page that reloads itself does so once in this time, ms: a file may be missing after the reload too. */
const RELOAD_MS = 60_000;
const RELOADED_AT = 'ktrdr-reloaded-at';

/** A page whose file is read when it is first shown. A new version of the API has other files, and a stopped API has none. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  return lazy(() => load().catch(() => MissingPage));
}

/** Stands for a page whose file was not read. It reloads once the API answers, which brings the files of its version. */
function MissingPage() {
  useEffect(() => {
    const asking = new AbortController();
    const ask = async (): Promise<void> => {
      if (now() - Number(sessionStorage.getItem(RELOADED_AT)) < RELOAD_MS) return;
      const response = await fetch('/', { cache: 'no-store', signal: asking.signal }).catch(() => null);
      if (response?.ok !== true) return;
      sessionStorage.setItem(RELOADED_AT, String(now()));
      location.reload();
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => {
      clearInterval(timer);
      asking.abort();
    };
  }, []);
  return (
    <Note kind="problem">
      <p>This page was not loaded: the API does not answer, or it has a new version.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Reload
      </button>
    </Note>
  );
}
