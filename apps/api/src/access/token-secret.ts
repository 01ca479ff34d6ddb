import { hash, randomBytes } from 'node:crypto';
import { TOKEN_PATTERN } from '@ktrdr/contracts';

/** 256 bits; no dictionary or search can find a secret, so a fast hash is enough. */
const SECRET_BYTES = 32;
const ID_BYTES = 6;

/** A new token's id, and its secret, which contains the id. */
export function newSecret(): { id: string; secret: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, secret: `ktrdr_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The id in a secret; `null` if the text is not a token's secret. */
export function idOfSecret(secret: string): string | null {
  return TOKEN_PATTERN.exec(secret)?.[1] ?? null;
}

/** SHA-256 of a secret. */
export function hashOfSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
