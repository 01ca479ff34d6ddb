import { setTimeout as sleep } from 'node:timers/promises';
import { OperationsService, systemClock, systemRandomId, type OperationStore } from '@ktrdr/orchestrator';
import { percentile, type ReportRow } from '../report.js';
import { NoOpHost } from './no-op-host.js';
import { NoOpManager, type QueueTimes } from './no-op-manager.js';
import { QUIET } from './quiet.js';
import type { Started } from '@ktrdr/contracts/testing';

/** A load that is below what the hosts can do: this share of it, for so long, s. */
const SHARE = 0.5;
const STEADY_S = 15;
const WARM_UP = 20;
/** So many requests start operations at a time. */
const STARTERS = 32;
const SHUTDOWN_MS = 5_000;

export interface NoOpCase {
  /** `Redis`, `PostgreSQL` */
  kind: string;
  queueUrl: string;
  store: OperationStore;
  hosts: number;
  /** Put in at once. */
  operations: number;
}

/** Operations that do nothing: all at once, then as they come. */
export async function noOps(started: Started, measured: NoOpCase): Promise<ReportRow[]> {
  const { kind, queueUrl, store, hosts, operations: count } = measured;
  const name = `bench-${hosts}`;
  const operations = new OperationsService({
    store,
    clock: systemClock,
    logger: QUIET,
    randomId: systemRandomId,
  });
  const manager = await started.start(
    async () => new NoOpManager(operations, queueUrl, name),
    (one) => one.close(),
  );
  await operations.keepLeases();
  const running = await Promise.all(
    Array.from({ length: hosts }, (_, index) =>
      started.start(
        () => NoOpHost.start(queueUrl, name, `host-${index + 1}`),
        (host) => host.stop(),
      ),
    ),
  );
  await atOnce(manager, WARM_UP);

  const start = performance.now();
  const burst = await atOnce(manager, count);
  const perSecond = (count * 1000) / (performance.now() - start);
  const rate = perSecond * SHARE;
  const steady = await asTheyCome(manager, rate, Math.round(rate * STEADY_S));
  await Promise.all(running.map((host) => host.stop()));
  await manager.close();
  await operations.shutdown(SHUTDOWN_MS);

  const row = (load: string, value: number, times: readonly QueueTimes[]): ReportRow => {
    const delays = times.map(({ enqueued, taken }) => taken - enqueued);
    return {
      queue: kind,
      hosts,
      load,
      'operations/s': value,
      'enqueued to taken, p50': percentile(delays, 0.5),
      p99: percentile(delays, 0.99),
    };
  };
  return [row(`${count} at once`, perSecond, burst), row(`${rate.toFixed(0)} a second`, rate, steady)];
}

/** As fast as the store takes them. */
async function atOnce(manager: NoOpManager, count: number): Promise<QueueTimes[]> {
  let left = count;
  const starter = async () => {
    while (left-- > 0) await manager.startNoOp();
  };
  await Promise.all(Array.from({ length: STARTERS }, starter));
  return manager.timesOfAll();
}

/** Each at its time, however long those before it take. */
async function asTheyCome(manager: NoOpManager, rate: number, count: number): Promise<QueueTimes[]> {
  const starting: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const wait = start + (index * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
    const one = manager.startNoOp();
    // it is awaited below, and what was started has to end also where it fails before
    one.catch(() => {});
    starting.push(one);
  }
  await Promise.all(starting);
  return manager.timesOfAll();
}
