import type { Readable } from 'node:stream';
import { isCertificateProblem, jsonProblem, KtrdrError } from '@ktrdr/contracts';
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

/** Much more than an answer of a host holds. To parse this much takes some 20 ms of the event loop. */
const ANSWER_LIMITS = { depth: 64, values: 100_000 };
const TOO_MUCH = {
  depth: `JSON that is nested more than ${ANSWER_LIMITS.depth} levels deep`,
  values: `JSON with more than ${ANSWER_LIMITS.values} values`,
};

/**
 * `undefined` for anything that is not JSON.
 *
 * @param sender `The training host http://gpu-box:5002`
 * @throws KtrdrError `host_refused` if it holds more than an answer of a host
 */
export function parsed(bytes: Buffer, sender: string): unknown {
  const text = bytes.toString('utf8');
  const kind = jsonProblem(text, ANSWER_LIMITS)?.kind;
  if (kind === 'depth' || kind === 'values')
    throw new KtrdrError('host_refused', `${sender} sent ${TOO_MUCH[kind]}. Its answer was not used.`);
  try {
    return JSON.parse(text) as unknown;
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
