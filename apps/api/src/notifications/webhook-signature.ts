import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new secret of a webhook. The prefix lets logs and scanners recognise it. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/**
 * Signature of a delivery: HMAC-SHA-256 (RFC 2104) over the timestamp, a dot and the body. The whole secret, as text, is the key.
 *
 * @param timestamp seconds since 1970
 */
export function webhookSignature(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
