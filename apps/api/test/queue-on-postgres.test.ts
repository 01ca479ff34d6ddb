import { describe } from '@jest/globals';
import { trainingsInQueue } from './queue-trainings.js';

describe('trainings in a queue on postgres', () => {
  trainingsInQueue((postgres) => postgres.createDatabase());
});
