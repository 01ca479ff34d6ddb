/** The file `.env.secrets`: settings of the services on this machine and of the API's container that nobody else may see. Git ignores it. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ROOT } from './workspace.mjs';

export const SECRETS_FILE = join(ROOT, '.env.secrets');

/**
 * Adds the secret that the API and a training host share to the file, if the file has none. Only its owner can read the file.
 *
 * @returns whether a secret was added
 */
export function addHostSecret(file = SECRETS_FILE) {
  if (existsSync(file) && parseEnv(readFileSync(file, 'utf8')).TRAINING_HOST_SECRET) return false;
  const lines = `# API and training host recognise each other by it.\nTRAINING_HOST_SECRET=${randomBytes(32).toString('hex')}\n`;
  appendFileSync(file, lines, { mode: 0o600 });
  chmodSync(file, 0o600);
  return true;
}
