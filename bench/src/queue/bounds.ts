/** What bounds the no-op operations: a job of BullMQ alone, and the writes of an operation to the store alone. */
import type { Started } from '@ktrdr/contracts/testing';
import { BareQueue } from '@ktrdr/job-queue/testing';
import { newOperation } from '@ktrdr/orchestrator';
import { processorMs } from '../processor-time.js';
import type { ReportRow } from '../report.js';
import { NoOpHost } from './no-op-host.js';
import type { NoOpCase } from './no-ops.js';

/** Number of concurrent callers, as many as start no-op operations. */
const CALLERS = 32;
const WARM_UP = 200;
const LEASE = { owner: 'bench', ms: 60_000 };

/** Jobs of BullMQ without an operation, a message or a report. */
export async function bareJobs(started: Started, measured: NoOpCase, count: number): Promise<ReportRow> {
  const { queueUrl, hosts, kind } = measured;
  const name = `bare-${kind}-${hosts}`;
  const queue = await started.start(
    async () => new BareQueue(queueUrl, name),
    (one) => one.close(),
  );
  const running = await Promise.all(
    Array.from({ length: hosts }, (_, index) =>
      started.start(
        () => NoOpHost.startBare(queueUrl, name, `host-${index + 1}`),
        (host) => host.stop(),
      ),
    ),
  );
  const add = (number: number) => queue.add(`job-${number}`);
  await atOnce(0, WARM_UP, add);
  await queue.untilEnded(WARM_UP);
  const row = await costOf(measured, count, `${kind}, BullMQ alone`, async () => {
    await atOnce(WARM_UP, WARM_UP + count, add);
    await queue.untilEnded(WARM_UP + count);
  });
  await Promise.all(running.map((host) => host.stop()));
  await queue.close();
  return row;
}

/** The three durable writes of each operation: created, running, completed. */
export async function storeAlone(measured: NoOpCase, count: number): Promise<ReportRow> {
  const { store } = measured;
  const write = async (number: number) => {
    const id = `op_dummy_${number}`;
    const operation = newOperation({ id, type: 'dummy', metadata: { parameters: {} }, createdAt: now() });
    await store.create({ operation, request: null, lease: LEASE });
    await store.transition(id, 1, ['pending'], { to: 'running', at: now() });
    await store.transition(id, 1, ['running'], { to: 'completed', at: now(), result: null });
  };
  await atOnce(0, WARM_UP, write);
  return costOf({ ...measured, hosts: 0 }, count, 'none, the store alone', () =>
    atOnce(WARM_UP, WARM_UP + count, write),
  );
}

async function costOf(
  { hosts, flushes }: NoOpCase,
  count: number,
  queue: string,
  work: () => Promise<void>,
): Promise<ReportRow> {
  const [usedBefore, flushesBefore, start] = [processorMs(process.pid), await flushes(), performance.now()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  return {
    queue,
    hosts,
    operations: count,
    'operations/s': count / seconds,
    'processor ms of all for each': (processorMs(process.pid) - usedBefore) / count,
    'flushes for each': ((await flushes()) - flushesBefore) / count,
  };
}

/** Calls `write` with the numbers from `from` to `to - 1`. */
async function atOnce(from: number, to: number, write: (number: number) => Promise<void>): Promise<void> {
  let next = from;
  const caller = async () => {
    while (next < to) await write(next++);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

function now(): string {
  return new Date().toISOString();
}
