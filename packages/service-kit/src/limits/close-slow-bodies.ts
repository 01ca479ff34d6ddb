import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { closeWith } from '../http/early-errors.js';

/** A body may take this long regardless of its size, ms. */
const GRACE_MS = 10_000;
/** After that it must have arrived at this rate since its beginning. A model of 200 MB may take more than a day. */
const BYTES_PER_MS = 2;
/** A body may pause this long, ms. */
const LONGEST_PAUSE_MS = 30_000;
const CHECK_EVERY_MS = 1_000;

type Raw = FastifyRequest['raw'];

interface Arriving {
  beganAt: number;
  /** Bytes of the connection before this request. */
  before: number;
  /** Bytes of the connection at the last progress, and its time. */
  bytes: number;
  movedAt: number;
  response: FastifyReply['raw'];
}

/**
 * Closes connections whose body drips: a 408 if it is slower than 2 kB/s after 10 s, or pauses for 30 s. The time in
 * which the service itself does not read does not count. Node closes slow headers.
 */
export function closeSlowBodies(fastify: FastifyInstance, clock: Clock): void {
  const arriving = new Map<Raw, Arriving>();
  const check = (): void => {
    const now = clock.monotonic();
    for (const [raw, body] of arriving) if (isTooSlow(raw, body, now)) close(raw, body.response);
    if (arriving.size > 0) clock.setTimer(CHECK_EVERY_MS, check);
  };
  fastify.addHook('onRequest', ({ raw }, { raw: response }, done) => {
    if (hasBody(raw) && !raw.complete) {
      const now = clock.monotonic();
      const bytes = raw.socket.bytesRead;
      if (arriving.size === 0) clock.setTimer(CHECK_EVERY_MS, check);
      arriving.set(raw, { beganAt: now, before: bytes, bytes, movedAt: now, response });
      raw.once('close', () => arriving.delete(raw));
    }
    done();
  });
}

function hasBody({ headers }: Raw): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isTooSlow(raw: Raw, body: Arriving, now: number): boolean {
  if (raw.complete) return false;
  const { bytesRead } = raw.socket;
  // unread data: the service is the slow one
  if (bytesRead > body.bytes || raw.readableLength > 0) {
    body.bytes = bytesRead;
    body.movedAt = now;
  }
  if (raw.readableLength > 0) return false;
  const dueBytes = (now - body.beganAt - GRACE_MS) * BYTES_PER_MS;
  return bytesRead - body.before < dueBytes || now - body.movedAt > LONGEST_PAUSE_MS;
}

function close({ socket }: Raw, { headersSent }: FastifyReply['raw']): void {
  // a response that has begun cannot be replaced
  if (headersSent) {
    socket.destroy();
    return;
  }
  const seconds = LONGEST_PAUSE_MS / 1000;
  const message = `The body arrived too slowly: at least ${BYTES_PER_MS} kB/s are needed, without pauses of ${seconds} s. Send it again.`;
  closeWith(socket, new KtrdrError('request_timeout', message));
}
