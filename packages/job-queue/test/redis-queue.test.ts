import { program, requires } from '../../../tools/requirements.js';
import { RedisServer } from '../src/testing/index.js';
import { queueConformance } from './queue-conformance.js';

/** Requests to an unreachable Redis fail after this time. */
const FAILS_AFTER_MS = 5_500;

requires(program('redis-server')).describe('a queue on redis', () => {
  queueConformance(async () => {
    const server = await RedisServer.start();
    return { newUrl: async () => `${server.url}/0`, stop: () => server.stop() };
  }, FAILS_AFTER_MS);
});
