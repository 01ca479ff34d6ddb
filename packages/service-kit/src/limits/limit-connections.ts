import type { Socket } from 'node:net';
import { KtrdrError } from '@ktrdr/contracts';
import type { FastifyInstance } from 'fastify';
import { errorAnswer } from '../http/error-answer.js';
import { withRetryAfter } from '../http/retry-after.js';
import { addressFilter, networkOf, THIS_MACHINE } from './client-network.js';

/** This many connections above the limit get a response. Node closes further ones at once. */
const ANSWERED = 100;
/** A connection above the limit is closed after this time, ms. */
const CLOSE_MS = 5_000;
/** Share of all connections that one address may have: nobody can take the service from the others. */
const SHARE = 1 / 5;

/**
 * Limits the open connections, and those of one address. The first request of a connection above a limit gets a 503, before
 * anything is read of it; with TLS, a connection above the share of its address is closed before its handshake.
 *
 * @param proxies addresses and networks of trusted proxies: they, and this machine, have no share
 */
export function limitConnections(
  fastify: FastifyInstance,
  most: number,
  proxies: readonly string[] = [],
): void {
  const refused = new WeakMap<Socket, KtrdrError>();
  const { server } = fastify;
  const isTls = 'setSecureContext' in server;
  const refuse = (socket: Socket, error: KtrdrError): void => {
    refused.set(socket, error);
    socket.setTimeout(CLOSE_MS, () => socket.destroy());
  };
  let open = 0;
  server.maxConnections = most + ANSWERED;
  // the connection of a request is the one after the handshake
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open > most) refuse(socket, tooMany(`The service has ${most} open connections, its maximum`));
  });
  const shares = new Shares(Math.max(1, Math.floor(most * SHARE)), [...THIS_MACHINE, ...proxies]);
  server.on('connection', (socket: Socket) => {
    if (shares.take(socket)) return;
    if (isTls) socket.destroy();
    else refuse(socket, tooMany(`Your address has ${shares.most} open connections, its share`));
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const error = refused.get(request.raw.socket);
    if (error === undefined) return done();
    const { status, body } = errorAnswer(error, request);
    void withRetryAfter(reply, error, status)
      .status(status)
      .header('connection', 'close')
      .type('application/json')
      .send(body);
  });
}

/** Counts the open connections of each address. */
export class Shares {
  private readonly open = new Map<string, number>();
  private readonly isExempt: (address: string) => boolean;

  constructor(
    readonly most: number,
    exempt: readonly string[],
  ) {
    this.isExempt = addressFilter(exempt);
  }

  /** False if the address of the connection has its share already. */
  take(socket: Socket): boolean {
    const { remoteAddress = '' } = socket;
    if (this.isExempt(remoteAddress)) return true;
    const network = networkOf(remoteAddress);
    const open = (this.open.get(network) ?? 0) + 1;
    this.open.set(network, open);
    socket.once('close', () => {
      const left = (this.open.get(network) ?? 1) - 1;
      if (left === 0) this.open.delete(network);
      else this.open.set(network, left);
    });
    return open <= this.most;
  }
}

function tooMany(what: string): KtrdrError {
  return new KtrdrError('service_busy', `${what}. Try again in a moment, or raise MAX_CONNECTIONS.`);
}
