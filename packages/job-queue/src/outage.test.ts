import { expect, test } from '@jest/globals';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { Outage } from './outage.js';

test('an outage begins once, and ends only after two seconds without a failure', async () => {
  const clock = new FakeClock();
  const outage = new Outage(clock);
  expect(outage.answered()).toBeNull();
  expect([outage.failed(), outage.failed()]).toEqual([true, false]);
  await clock.advance(5_000);
  expect(outage.failed()).toBe(false);
  await clock.advance(1_900);
  // a request of the outage may still fail
  expect(outage.answered()).toBeNull();
  expect(outage.failed()).toBe(false);
  await clock.advance(2_000);
  expect(outage.answered()).toBe(8.9);
  expect(outage.since).toBeNull();
  expect(outage.failed()).toBe(true);
});
