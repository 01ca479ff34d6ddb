import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
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

const SCHEME = 'Bearer ktrdr_';

/** The id in an Authorization header as our own clients write it. In any other header it is another text. */
export function idOfHeader(authorization: string): string {
  return authorization.slice(SCHEME.length, SCHEME.length + 2 * ID_BYTES);
}

/**
 * An Authorization header whose token was accepted. Comparing it takes a tenth of the time of a hash. It is kept in memory only, where each
 * request that contains it is too.
 */
export class AcceptedHeader {
  private readonly bytes: Buffer;
  /** What it is compared with. */
  private readonly given: Buffer;

  constructor(authorization: string) {
    // not in the memory that Node shares between small buffers
    this.bytes = Buffer.alloc(authorization.length, authorization, 'latin1');
    this.given = Buffer.alloc(this.bytes.length);
  }

  /** Compares in constant time. Headers have no characters above U+00FF. */
  is(authorization: string): boolean {
    const { bytes, given } = this;
    if (authorization.length !== bytes.length) return false;
    given.write(authorization, 'latin1');
    return timingSafeEqual(given, bytes);
  }
}
