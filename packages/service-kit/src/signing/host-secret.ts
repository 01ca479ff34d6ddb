import { KtrdrError } from '@ktrdr/contracts';
import type { SettingsReader } from '../settings-reader.js';

/** Minimum length, in characters. */
const MIN_LENGTH = 32;

/** Writes a secret of 256 random bits to `.env.secrets`, which both services read. */
export const MAKE_SECRET = 'npm run secret';

/**
 * Reads `TRAINING_HOST_SECRET`, which an API and its training host share; `null` if it is not set.
 *
 * @throws KtrdrError `invalid_setting`, which does not contain the secret
 */
export function readHostSecret(read: SettingsReader): string | null {
  const secret = read.text('TRAINING_HOST_SECRET', '');
  if (secret === '') return null;
  if (secret.length >= MIN_LENGTH) return secret;
  throw new KtrdrError(
    'invalid_setting',
    `The setting TRAINING_HOST_SECRET is not valid: it has ${secret.length} characters, and needs at least ${MIN_LENGTH}. Make one: ${MAKE_SECRET}`,
    { details: { name: 'TRAINING_HOST_SECRET' } },
  );
}
