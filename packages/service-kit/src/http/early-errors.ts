import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { KtrdrError, printableJson, type ErrorResponse } from '@ktrdr/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './error-answer.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Maximum length of a path parameter. All names are shorter. */
export const MAX_PARAMETER_LENGTH = 256;

/** Answers a request whose address the router cannot parse. */
export function answerBadAddress(
  error: { code: string },
  { url }: FastifyRequest,
  reply: FastifyReply,
): void {
  const reason =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? `one of its parts is longer than ${MAX_PARAMETER_LENGTH} characters`
      : 'it has an invalid % sequence; write a literal % as %25';
  const { httpStatus, body } = refusal(`The address ${pathOf(url)} is not valid: ${reason}.`);
  void reply.headers(SECURITY_HEADERS).status(httpStatus).type('application/json').send(body);
}

/** Answers data that is not a valid HTTP request, and closes the connection. */
export function answerInvalidRequest(error: { code?: string }, socket: Socket): void {
  // a client that speaks no TLS, or an older version, could not read an answer
  if (!socket.writable || error.code?.startsWith('ERR_SSL_') === true) {
    socket.destroy();
    return;
  }
  const message = `This is not a valid HTTP request: ${whyUnreadable(error)}.`;
  const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'invalid_request';
  closeWith(socket, new KtrdrError(code, message));
}

/** Writes an error response to a connection that is not in the middle of a response, and closes it. */
export function closeWith(socket: Socket, error: KtrdrError, headers: readonly string[] = []): void {
  const { httpStatus } = error;
  const text = printableJson({ success: false, error: error.toBody() } satisfies ErrorResponse);
  const lines = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    ...headers,
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroySoon());
}

function whyUnreadable({ code }: { code?: string }): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'the address and headers are too long';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'the request did not arrive completely in time';
    default:
      return `the first line, the headers or the body length are malformed (${code})`;
  }
}

function refusal(message: string): { httpStatus: number; body: ErrorResponse } {
  const error = new KtrdrError('invalid_request', message);
  return { httpStatus: error.httpStatus, body: { success: false, error: error.toBody() } };
}
