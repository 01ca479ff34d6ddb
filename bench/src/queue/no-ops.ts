import { setTimeout as sleep } from 'node:timers/promises';
import { OperationsService, systemClock, systemRandomId, type OperationStore } from '@ktrdr/orchestrator';
import { processorMs } from '../processor-time.js';
import { percentile, type ReportRow } from '../report.js';
import { NoOpHost, type JobTimes } from './no-op-host.js';
import { NoOpManager, type QueueTimes } from './no-op-manager.js';
import { QUIET } from './quiet.js';
import type { Started } from '@ktrdr/contracts/testing';

/** Length of a burst and of the steady load, s. A burst has at most `operations`. */
const BURST_S = 15;
const STEADY_S = 5;
/** The steady load is this share of the measured throughput. */
const SHARE = 0.5;
/** Operations before the measurement; the second half shows how many a burst can have. */
const WARM_UP = 200;
/** Number of concurrent requests that start operations. */
const STARTERS = 32;
const SHUTDOWN_MS = 5_000;

export interface NoOpCase {
  /** `Redis`, `PostgreSQL` */
  kind: string;
  queueUrl: string;
  store: OperationStore;
  hosts: number;
  /** Number of flushes of the database so far. */
  flushes: () => Promise<number>;
}

/** Measures no-op operations: a burst, then a steady load. */
export async function noOps(started: Started, measured: NoOpCase, most: number): Promise<ReportRow> {
  const { kind, flushes } = measured;
  return withHosts(started, measured, { shortest: 0, longest: 0 }, async (manager, running) => {
    const hosts = running.map(({ pid }) => pid);
    await burstOf(manager, WARM_UP / 2);
    const rate = (await timed(manager, WARM_UP / 2)).perSecond;
    const count = Math.min(most, Math.max(WARM_UP, Math.round(rate * BURST_S)));
    // hosts and servers are children of this process
    const used = () => processorMs(process.pid);
    const [usedBefore, hostsBefore, flushesBefore] = [used(), sum(hosts.map(processorMs)), await flushes()];
    const { perSecond } = await timed(manager, count);
    const each = (value: number) => value / count;
    const steadyRate = perSecond * SHARE;
    const row = {
      queue: kind,
      hosts: hosts.length,
      operations: count,
      'operations/s': perSecond,
      'processor ms of all for each': each(used() - usedBefore),
      'of the hosts': each(sum(hosts.map(processorMs)) - hostsBefore),
      'flushes for each': each((await flushes()) - flushesBefore),
    };
    const steady = await steadyLoad(manager, steadyRate, Math.ceil(steadyRate * STEADY_S));
    const delays = steady.map(({ enqueued, taken }) => taken - enqueued);
    return {
      ...row,
      'steady/s': steadyRate,
      'ms until taken, p50': percentile(delays, 0.5),
      p99: percentile(delays, 0.99),
    };
  });
}

/**
 * Measures operations with long jobs: the share of the time that is not spent on jobs, and the time between two jobs of a host. Hosts
 * whose jobs take equal times begin and end them together. Those of different times do not, but then some hosts have no job at the end,
 * so only the time between jobs is measured.
 */
export async function longJobs(
  started: Started,
  measured: NoOpCase,
  times: JobTimes,
  jobsOfHost: number,
): Promise<ReportRow> {
  const { shortest, longest } = times;
  const isEqual = shortest === longest;
  return withHosts(started, measured, times, async (manager, hosts) => {
    await burstOf(manager, hosts.length);
    const count = hosts.length * jobsOfHost;
    const { seconds } = await timed(manager, count);
    await Promise.all(hosts.map((host) => host.stop()));
    // the first job of a host, and the pause after it, are before the measurement
    const jobs = hosts.flatMap(({ times: { jobs: all } }) => all.slice(1));
    const pauses = hosts.flatMap(({ times: { pauses: all } }) => all.slice(1));
    const share = 1 - sum(jobs) / (hosts.length * seconds * 1000);
    const mean = sum(pauses) / pauses.length;
    return {
      queue: measured.kind,
      hosts: hosts.length,
      'jobs of': isEqual ? `${shortest} ms` : `${shortest} to ${longest} ms`,
      jobs: count,
      seconds,
      'orchestration, % of the time': isEqual ? share * 100 : null,
      'between two jobs, ms, mean': mean,
      p50: percentile(pauses, 0.5),
      p99: percentile(pauses, 0.99),
      '% of the time': (100 * mean) / (mean + (shortest + longest) / 2),
      target: '< 2',
      met: isEqual ? share < 0.02 : null,
    };
  });
}

/** Runs `use` with a manager and hosts. */
async function withHosts(
  started: Started,
  { queueUrl, store, hosts, kind }: NoOpCase,
  times: JobTimes,
  use: (manager: NoOpManager, hosts: readonly NoOpHost[]) => Promise<ReportRow>,
): Promise<ReportRow> {
  const name = `bench-${kind}-${hosts}-${times.shortest}-${times.longest}`;
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
        () => NoOpHost.start(queueUrl, name, `host-${index + 1}`, times),
        (host) => host.stop(),
      ),
    ),
  );
  const row = await use(manager, running);
  await Promise.all(running.map((host) => host.stop()));
  await manager.close();
  await operations.shutdown(SHUTDOWN_MS);
  return row;
}

async function timed(manager: NoOpManager, count: number): Promise<{ perSecond: number; seconds: number }> {
  const start = performance.now();
  await burstOf(manager, count);
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: count / seconds, seconds };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
