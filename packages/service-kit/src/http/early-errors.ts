import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { KtrdrError, type ErrorResponse } from '@ktrdr/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './error-answer.js';

/** Longest part of a path that is a parameter; names are shorter. */
export const MAX_PARAMETER_LENGTH = 256;

/** Answers an address that no route can be looked up for. */
export function answerBadAddress(
  error: { code: string },
  { url }: FastifyRequest,
  reply: FastifyReply,
): void {
  const reason =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? `a part of it is longer than ${MAX_PARAMETER_LENGTH} characters`
      : 'a % in it begins no character; write a % itself as %25';
  const { httpStatus, body } = refusal(`The address ${pathOf(url)} is not valid: ${reason}.`);
  void reply.status(httpStatus).type('application/json').send(body);
}

/** Answers what is no HTTP request, and closes its connection. */
export function answerNoRequest(error: { code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { httpStatus, body } = refusal(
    `What came is not an HTTP request that can be read: ${whyUnreadable(error)}.`,
  );
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function whyUnreadable({ code }: { code?: string }): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'its address and headers are too long';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'it was not complete in time';
    default:
      return `its first line, its headers or the length of its body are malformed (${code})`;
  }
}

function refusal(message: string): { httpStatus: number; body: ErrorResponse } {
  const error = new KtrdrError('invalid_request', message);
  return { httpStatus: error.httpStatus, body: { success: false, error: error.toBody() } };
}
