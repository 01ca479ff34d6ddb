import type { Readable } from 'node:stream';
import { isErrorResponse, type TypedOperation } from '@ktrdr/contracts';
import type { AxiosResponse } from 'axios';

/** Longest wait before the next attempt, s. */
const LONGEST_WAIT_S = 30;

/** Seconds to wait if the API refused the request unread because it has too many requests; `null` for any other answer. */
export function retryAfter({ status, headers, data }: AxiosResponse<unknown>): number | null {
  if (status !== 429 && status !== 503) return null;
  const seconds = Number(headers['retry-after']);
  if (!(seconds > 0)) return null;
  if (status === 429) return Math.min(seconds, LONGEST_WAIT_S);
  return isErrorResponse(data) && data.error.code === 'service_busy'
    ? Math.min(seconds, LONGEST_WAIT_S)
    : null;
}

/** The type of a body, for checks and for messages. */
export function contentType({ headers }: AxiosResponse<unknown>): string {
  const header = headers['content-type'] as unknown;
  return typeof header === 'string' ? header : 'no content type';
}

/** True if a value looks like an operation. An event can have any value. */
export function isOperation(value: unknown): value is TypedOperation {
  return typeof value === 'object' && value !== null && 'operation_id' in value && 'status' in value;
}

/** `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The whole text of a stream. */
export async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
