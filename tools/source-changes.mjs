/** Changes of the workspace's sources, for commands that rebuild. */
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './workspace.mjs';

/** An editor, or a change of a branch, writes several files in a row: they are one change, ms. */
const SETTLED_MS = 100;

/**
 * Yields after sources of a package or an app have changed, also if they changed while the caller was busy. Only their `src` folders
 * are watched: services create and remove files elsewhere in the workspace. Ends when `stop` is aborted.
 */
export async function* sourceChanges(stop) {
  let changed = false;
  let wake = () => {};
  const onChange = () => {
    changed = true;
    wake();
  };
  const watchers = sourceFolders().map((folder) =>
    watch(folder, { recursive: true }, onChange).on('error', onChange),
  );
  stop.addEventListener('abort', () => wake());
  try {
    while (!stop.aborted) {
      if (!changed) await new Promise((resolve) => (wake = resolve));
      if (stop.aborted) return;
      await sleep(SETTLED_MS);
      changed = false;
      yield;
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

function sourceFolders() {
  return ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name, 'src')))
    .filter((folder) => existsSync(folder));
}
