import type { Clock } from '@ktrdr/orchestrator';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditedOf } from '../access/route-access.js';
import type { AnswersFirst } from './answers-first.js';
import { isRead } from './limit-requests.js';

/** Number of changes that begin in one turn of the event loop: with fewer, the store would write them in smaller groups. */
const MOST_IN_A_TURN = 8;
/**
 * While each turn brings further requests, they gather before the first begins, at most for this time, ms. Node accepts one new connection in a
 * turn: otherwise 200 starts on new connections would be stored in groups of one or two, and a read on the next connection would wait for
 * all of them.
 */
const MOST_GATHERING_MS = 50;

/**
 * Lets only a few requests that change something begin in one turn of the event loop, and none while others arrive in each turn. Reads do not
 * wait: they are answered between two turns, however many starts arrive at once.
 *
 * @param answers hears of each start before its turn, and again when its body has arrived later
 */
export function takeTurns(
  fastify: FastifyInstance,
  answers: AnswersFirst,
  clock: Pick<Clock, 'monotonic'>,
): void {
  const waiting: (() => void)[] = [];
  let arrived = false;
  /** Requests gather until this time, monotonic ms; then all that wait begin before others gather. */
  let gatherUntil = 0;
  const beginSome = (): void => {
    if (arrived && clock.monotonic() < gatherUntil) {
      arrived = false;
      return void setImmediate(beginSome);
    }
    gatherUntil = 0;
    for (const begin of waiting.splice(0, MOST_IN_A_TURN)) begin();
    if (waiting.length > 0) setImmediate(beginSome);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isRead(request.method)) return done();
    const starts = isStart(request);
    if (starts) answers.expect(reply.raw);
    waiting.push(() => {
      if (starts && !request.raw.complete) answers.forget(reply.raw);
      done();
    });
    arrived = true;
    if (waiting.length > 1) return;
    gatherUntil = clock.monotonic() + MOST_GATHERING_MS;
    setImmediate(beginSome);
  });
  // the body has arrived
  fastify.addHook('preValidation', (request, reply, done) => {
    if (isStart(request)) answers.expect(reply.raw);
    done();
  });
}

function isStart(request: FastifyRequest): boolean {
  return !isRead(request.method) && auditedOf(request)?.action === 'start';
}
