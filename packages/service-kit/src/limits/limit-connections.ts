import type { Socket } from 'node:net';
import { KtrdrError } from '@ktrdr/contracts';
import type { FastifyInstance } from 'fastify';
import { errorAnswer } from '../http/error-answer.js';
import { withRetryAfter } from '../http/retry-after.js';

/** This many connections above the limit get a response. Node closes further ones at once. */
const ANSWERED = 100;
/** A connection above the limit is closed after this time, ms. */
const CLOSE_MS = 5_000;

/** Limits the open connections. The first request of a connection above the limit gets a 503, before anything is read of it. */
export function limitConnections(fastify: FastifyInstance, most: number): void {
  const refused = new WeakSet<Socket>();
  const { server } = fastify;
  let open = 0;
  server.maxConnections = most + ANSWERED;
  // the connection of a request is the one after the handshake
  server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open <= most) return;
    refused.add(socket);
    socket.setTimeout(CLOSE_MS, () => socket.destroy());
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!refused.has(request.raw.socket)) return done();
    const error = new KtrdrError(
      'service_busy',
      `The service has ${most} open connections, its maximum. Try again in a moment, or raise MAX_CONNECTIONS.`,
    );
    const { status, body } = errorAnswer(error, request);
    void withRetryAfter(reply, error, status)
      .status(status)
      .header('connection', 'close')
      .type('application/json')
      .send(body);
  });
}
