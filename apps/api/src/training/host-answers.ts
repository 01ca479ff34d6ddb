import type { Readable } from 'node:stream';
import { isCertificateProblem } from '@ktrdr/contracts';
import { isAxiosError } from 'axios';

const MAX_ERROR_BYTES = 1_048_576;

/** An answer up to the largest size of an error. */
export async function beginningOf(content: Readable): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(pieces);
}

/** `undefined` for anything that is not JSON. */
export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Why there is no answer. */
export function reasonOf(error: unknown): string {
  const reason = reasonAlone(error);
  if (!isCertificateProblem(error)) return reason;
  return `${reason}: its certificate is not accepted; set TRAINING_HOST_CA_FILE to the file of the authority that issued it`;
}

function reasonAlone(error: unknown): string {
  if (isAxiosError(error) && error.code) return error.message ? `${error.code} ${error.message}` : error.code;
  return error instanceof Error ? error.message : String(error);
}

const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** True if the host cannot have read the request. */
export function neverConnected(error: unknown): boolean {
  if (isCertificateProblem(error)) return true;
  return isAxiosError(error) && error.code !== undefined && NOT_CONNECTED.has(error.code);
}
