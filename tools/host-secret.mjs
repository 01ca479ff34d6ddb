/** The secret that a training host on this machine and the API in a container share: `TRAINING_HOST_SECRET` in `.env`, which Compose reads too. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const LINE = /^TRAINING_HOST_SECRET=(.+)$/m;

/** The secret in the file; `undefined` if there is none. */
export function readHostSecret(file) {
  return existsSync(file) ? LINE.exec(readFileSync(file, 'utf8'))?.[1]?.trim() : undefined;
}

/**
 * Adds a new secret to the file if it has none. Git then ignores changes of the file, so that nobody commits the secret.
 *
 * @returns whether a secret was added
 */
export function addHostSecret(file) {
  if (readHostSecret(file) !== undefined) return false;
  appendFileSync(
    file,
    `\n# A training host on this machine and the API in a container recognise each other by it. Keep it secret.\nTRAINING_HOST_SECRET=${randomBytes(32).toString('hex')}\n`,
  );
  // fails outside a Git checkout, where nothing has to be hidden
  spawnSync('git', ['update-index', '--skip-worktree', file], { cwd: dirname(file), stdio: 'ignore' });
  return true;
}
