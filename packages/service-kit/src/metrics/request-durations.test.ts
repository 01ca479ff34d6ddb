import { expect, test } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { RequestDurations } from './request-durations.js';

const SECONDS = [0.0004, 0.001, 0.004, 0.2, 7, 31];

test('prints the same as the histogram of prom-client', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const durations = new RequestDurations(ours);
  const histogram = new Histogram({
    name: 'ktrdr_http_request_duration_seconds',
    help: 'Duration of HTTP requests, without event streams',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [theirs],
  });
  for (const [method, status] of [['GET', 200] as const, ['POST', 404] as const]) {
    for (const seconds of SECONDS) {
      const labels = { method, route: '/things/:name', status };
      durations.observe(labels, seconds);
      histogram.observe(labels, seconds);
    }
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
  expect(await ours.metrics()).toContain('_count{method="GET",route="/things/:name",status="200"} 6');
});
