/**
 * A thousand readers follow event streams of operations that report progress ten times a second. Measures the ms from the report
 * in the domain function to its arrival at each reader. A real API runs in its own process; this process reads over HTTP.
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationStarted } from '@ktrdr/contracts';
import { Sandbox, dataOf, type TestService } from '@ktrdr/service-kit/testing';
import { percentile, report, type ReportRow } from './report.js';
import { StreamReader } from './streams/stream-reader.js';

const READERS = 1_000;
const EVERY_MS = 100;
/** Reports per operation. The first ones pass before all readers are connected. */
const REPORTS = 400;
const TARGET_MS = 50;
const CONNECT_AT_ONCE = 50;

async function start(api: TestService): Promise<string> {
  const task = { iterations: REPORTS, duration_seconds: EVERY_MS / 1_000 };
  return dataOf(await api.post<OperationStarted>('/dummy/start', task)).operation_id;
}

/** Spreads the readers evenly over `operations` operations. Measures from the last connection to the end of the operations. */
async function read(api: TestService, operations: number): Promise<StreamReader[]> {
  const agent = new Agent({ keepAlive: false });
  const ids: string[] = [];
  // spread the starts, so that the operations do not report in the same moment
  for (let number = 0; number < operations; number++) {
    ids.push(await start(api));
    await sleep(EVERY_MS / operations);
  }
  const readers: StreamReader[] = [];
  while (readers.length < READERS) {
    const some = Array.from(
      { length: CONNECT_AT_ONCE },
      (_, index) => ids[(readers.length + index) % ids.length],
    );
    const opened = some.map((id) => StreamReader.open(`${api.url}/operations/${id}/events`, agent));
    readers.push(...(await Promise.all(opened)));
  }
  for (const reader of readers) reader.measure();
  await Promise.all(readers.map(({ ended }) => ended));
  return readers;
}

/** Whether a reader saw increasing reports, the last report and the end. */
function isWhole({ numbers, lastStatus }: StreamReader): boolean {
  const inOrder = numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
  return inOrder && numbers.at(-1) === REPORTS && lastStatus === 'completed';
}

/** Percentage of reports that a newer report superseded, between the first and the last report that each reader saw. */
function superseded(readers: readonly StreamReader[]): number {
  let [made, seen] = [0, 0];
  for (const { numbers } of readers) {
    made += REPORTS - (numbers[0] ?? REPORTS);
    seen += numbers.length - 1;
  }
  return 100 * (1 - seen / made);
}

async function rows(api: TestService, operations: number): Promise<ReportRow[]> {
  const readers = await read(api, operations);
  const delays = readers.flatMap((reader) => reader.delays);
  const lost = readers.filter((reader) => !isWhole(reader)).length;
  const p99 = percentile(delays, 0.99);
  const free = { target: null, met: null };
  const row = (measure: string, value: number, unit: string, aim: Pick<ReportRow, 'target' | 'met'>) =>
    ({ readers: READERS, operations, measure, value, unit, ...aim }) as ReportRow;
  return [
    row('events measured', delays.length, '', free),
    row('report to arrival, p50', percentile(delays, 0.5), 'ms', free),
    row('report to arrival, p99', p99, 'ms', { target: `< ${TARGET_MS}`, met: p99 < TARGET_MS }),
    row('report to arrival, longest', percentile(delays, 1), 'ms', free),
    row('reports superseded by a newer one', superseded(readers), '%', free),
    row('readers that lost an event or the end', lost, '', { target: '0', met: lost === 0 }),
  ];
}

const hook = new URL('streams/report-hook.js', import.meta.url);
const sandbox = await Sandbox.create();
try {
  const api = await sandbox.startApi('bench', { NODE_OPTIONS: `--import ${hook.href}` });
  const all: ReportRow[] = [];
  for (const operations of [10, 100]) all.push(...(await rows(api, operations)));
  await report('streams', all);
} finally {
  await sandbox.close();
}
