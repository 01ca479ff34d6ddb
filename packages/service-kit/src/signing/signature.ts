/**
 * How an API and its training host prove to each other that they have the same secret, without sending it. The API signs each
 * request, the host signs each answer to a signed request.
 *
 * A request has the header `authorization: ktrdr-hmac-sha256 time=<ms since 1970>, nonce=<hex>, body=<SHA-256, hex>, signature=<hex>`.
 * Its signature is HMAC-SHA-256 (RFC 2104) over method, path with query, time, nonce and the hash of the body. An answer has the
 * header `ktrdr-signature: <hex>`: HMAC-SHA-256 over the request's signature, the status and the hash of the answer's body. An
 * answer therefore belongs to one request only, and neither side signs anything for a caller without the secret.
 *
 * An answer that is a stream has no signature: the API compares a file's hash with the one in the signed list of files.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A request is valid for this long before and after its time (ms). */
export const CLOCK_WINDOW_MS = 60_000;

/** Header of an answer's signature. */
export const ANSWER_SIGNATURE = 'ktrdr-signature';

const SCHEME = 'ktrdr-hmac-sha256';
const NONCE_BYTES = 16;
const PROOF = new RegExp(
  `^${SCHEME} time=([0-9]{1,16}), nonce=([0-9a-f]{32}), body=([0-9a-f]{64}), signature=([0-9a-f]{64})$`,
);
/** Name of each kind of message: a signature of one kind is never valid for another. */
const KIND = {
  request: 'ktrdr-request-1',
  answer: 'ktrdr-answer-1',
  readToken: 'ktrdr-read-token-1',
} as const;

/** What a signed request says about itself. */
export interface RequestProof {
  /** Ms since 1970, from the caller's clock. */
  time: number;
  /** Random; no other request has it. */
  nonce: string;
  /** SHA-256 of the body, hex. */
  body: string;
  signature: string;
}

/** A request as it is signed. */
export interface SignedParts {
  method: string;
  /** With the query: `/training/sessions?limit=1`. */
  path: string;
}

/** Signs a request. `now`: ms since 1970. @returns the value of its `Authorization` header, and its signature */
export function signRequest(
  secret: string,
  parts: SignedParts,
  body: string,
  now: number,
): { authorization: string; signature: string } {
  const unsigned = { time: now, nonce: randomBytes(NONCE_BYTES).toString('hex'), body: sha256(body) };
  const signature = requestSignature(secret, parts, unsigned);
  const { time, nonce, body: hash } = unsigned;
  return {
    authorization: `${SCHEME} time=${time}, nonce=${nonce}, body=${hash}, signature=${signature}`,
    signature,
  };
}

/** Parses the `Authorization` header of a signed request; `null` if it has another form. */
export function parseProof(authorization: string | undefined): RequestProof | null {
  const [, time, nonce = '', body = '', signature = ''] = PROOF.exec(authorization ?? '') ?? [];
  return time === undefined ? null : { time: Number(time), nonce, body, signature };
}

/** True if the caller has the secret. Says nothing about the time, and nothing about the body until its hash is compared. */
export function isSigned(secret: string, parts: SignedParts, proof: RequestProof): boolean {
  return isSame(requestSignature(secret, parts, proof), proof.signature);
}

/** Signature of an answer. `request`: the signature of its request. */
export function answerSignature(
  secret: string,
  request: string,
  status: number,
  body: string | Uint8Array,
): string {
  return hmac(secret, [KIND.answer, request, String(status), sha256(body)]);
}

/** A token for programs that only read, such as Prometheus. It is derived from the secret, and does not reveal it. */
export function readToken(secret: string): string {
  return hmac(secret, [KIND.readToken]);
}

/** Compares two texts in a time that does not depend on where they differ. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(one)), Buffer.from(sha256(other)));
}

/** SHA-256, hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function requestSignature(
  secret: string,
  { method, path }: SignedParts,
  { time, nonce, body }: Omit<RequestProof, 'signature'>,
): string {
  return hmac(secret, [KIND.request, method.toUpperCase(), path, String(time), nonce, body]);
}

/** No part contains a line break: HTTP forbids it. */
function hmac(secret: string, lines: readonly string[]): string {
  return createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
}
