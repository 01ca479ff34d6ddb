import { request as httpRequest } from 'node:http';
import { expect } from '@jest/globals';
import { ERROR_STATUS, isErrorResponse, type ErrorBody } from '@ktrdr/contracts';

/** A request that is sent byte for byte; `fetch` would correct the path or a header. */
export interface RawRequest {
  method?: string;
  path: string;
  body?: string;
  /** Default `application/json`; `null` sends none. */
  type?: string | null;
}

export interface RawAnswer {
  status: number;
  type: string | undefined;
  text: string;
}

export function sendRaw(url: string, { method = 'POST', path, body, type }: RawRequest): Promise<RawAnswer> {
  const sent = type === undefined ? 'application/json' : type;
  const headers = body === undefined || sent === null ? {} : { 'content-type': sent };
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path, headers, timeout: 60_000, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'], text }),
        );
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/**
 * Checks an error response: it has the error envelope, the status of its code and a readable message. It is never an
 * internal error (500) and shows no internal details. @returns the error
 */
export function refusalOf({ status, type, text }: RawAnswer): ErrorBody {
  expect(type).toMatch(/^application\/json/);
  const body: unknown = JSON.parse(text);
  if (!isErrorResponse(body)) throw new Error(`not an error response: ${text.slice(0, 500)}`);
  const { code, message } = body.error;
  expect({ code, status }).toEqual({ code, status: ERROR_STATUS[code as keyof typeof ERROR_STATUS] });
  expect(status).not.toBe(500);
  expect(message).toMatch(/\S/);
  expect(text).not.toMatch(/node_modules|\.[jt]s:[0-9]|\n\s*at |\[object /);
  return body.error;
}

/** Sends a request that must fail. @returns the status and the code as `400 invalid_request`, and the message */
export async function refusal(url: string, request: RawRequest): Promise<{ code: string; message: string }> {
  const answer = await sendRaw(url, request);
  const { code, message } = refusalOf(answer);
  return { code: `${answer.status} ${code}`, message };
}
