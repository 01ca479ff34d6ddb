import { describe } from '@jest/globals';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { queueConformance } from './queue-conformance.js';

const FAILS_AFTER_MS = 200;

describe('a queue on postgres', () => {
  queueConformance(async () => {
    const server = await PostgresServer.start();
    return { newUrl: () => server.createDatabase(), stop: () => server.stop() };
  }, FAILS_AFTER_MS);
});
