import { afterAll, beforeAll } from '@jest/globals';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { program, requires } from '../../../tools/requirements.js';
import { trainingsInQueue } from './queue-trainings.js';

requires(program('redis-server')).describe('trainings in a queue on redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  trainingsInQueue(
    async () => redis.url,
    () => redis.loseAll(),
  );
  // after the services that use it
  afterAll(() => redis?.stop());
});
