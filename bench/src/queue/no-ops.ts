import { setTimeout as sleep } from 'node:timers/promises';
import { OperationsService, systemClock, systemRandomId, type OperationStore } from '@ktrdr/orchestrator';
import { percentile, type ReportRow } from '../report.js';
import { NoOpHost } from './no-op-host.js';
import { NoOpManager, type QueueTimes } from './no-op-manager.js';
import { QUIET } from './quiet.js';
import type { Started } from '@ktrdr/contracts/testing';

/** The steady load: this share of the measured throughput, for this time, s. */
const SHARE = 0.5;
const STEADY_S = 15;
const WARM_UP = 20;
/** Number of concurrent requests that start operations. */
const STARTERS = 32;
const SHUTDOWN_MS = 5_000;

export interface NoOpCase {
  /** `Redis`, `PostgreSQL` */
  kind: string;
  queueUrl: string;
  store: OperationStore;
  hosts: number;
  /** Number of operations in the burst. */
  operations: number;
}

/** Measures no-op operations: a burst, then a steady load. */
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
  await burstOf(manager, WARM_UP);

  const start = performance.now();
  const burst = await burstOf(manager, count);
  const perSecond = (count * 1000) / (performance.now() - start);
  const rate = perSecond * SHARE;
  const steady = await steadyLoad(manager, rate, Math.round(rate * STEADY_S));
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
  return [row(`burst of ${count}`, perSecond, burst), row(`steady, ${rate.toFixed(0)}/s`, rate, steady)];
}

/** Starts operations as fast as the store accepts them. */
async function burstOf(manager: NoOpManager, count: number): Promise<QueueTimes[]> {
  let left = count;
  const starter = async () => {
    while (left-- > 0) await manager.startNoOp();
  };
  await Promise.all(Array.from({ length: STARTERS }, starter));
  return manager.timesOfAll();
}

/** Starts operations at a fixed rate, whether or not earlier ones have started. */
async function steadyLoad(manager: NoOpManager, rate: number, count: number): Promise<QueueTimes[]> {
  const starting: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const wait = start + (index * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
    const one = manager.startNoOp();
    // awaited below; a failure before that must not end the process while other operations run
    one.catch(() => {});
    starting.push(one);
  }
  await Promise.all(starting);
  return manager.timesOfAll();
}
