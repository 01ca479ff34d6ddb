import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditedOf } from '../access/route-access.js';
import type { AnswersFirst } from './answers-first.js';
import { isRead } from './limit-requests.js';

/** Number of changes that begin in one turn of the event loop: with fewer, the store would write them in smaller groups. */
const MOST_IN_A_TURN = 8;
/**
 * While each turn brings further requests, so many gather before the first begins. Node accepts one new connection in a turn: otherwise 200
 * starts on new connections would be stored in groups of one or two, and a read on the next connection would wait for all of them.
 */
const MOST_GATHERED = 256;

/**
 * Lets only a few requests that change something begin in one turn of the event loop, and none while others arrive in each turn. Reads do not
 * wait: they are answered between two turns, however many starts arrive at once.
 *
 * @param answers hears of each start before its turn, and again when its body has arrived later
 */
export function takeTurns(fastify: FastifyInstance, answers: AnswersFirst): void {
  const waiting: (() => void)[] = [];
  let arrived = false;
  const beginSome = (): void => {
    const gathers = arrived && waiting.length < MOST_GATHERED;
    arrived = false;
    if (gathers) return void setImmediate(beginSome);
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
    if (waiting.length === 1) setImmediate(beginSome);
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
