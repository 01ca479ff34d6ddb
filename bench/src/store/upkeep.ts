import type { OperationStore } from '@ktrdr/orchestrator';
import { median, type ReportRow } from '../report.js';

const ROUNDS = 5;
const TAKEN = 100;
const LEASE = { owner: 'bench', ms: 3_600_000 };
const AT = '2026-01-05T10:00:00.000Z';

/**
 * ms of what a service does beside its operations, with many stored: takes over what others left, renews its leases, removes
 * what is old. The newest thousand of `stored` operations must be active, and belong to somebody who is gone.
 */
export async function upkeep(name: string, store: OperationStore, stored: number): Promise<ReportRow[]> {
  const [takeOver, renew, remove]: [number[], number[], number[]] = [[], [], []];
  const held = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const taken = await timed(takeOver, () => store.takeOver(LEASE, AT, TAKEN));
    if (taken.length !== TAKEN) throw new Error(`${taken.length} operations were taken over`);
    for (const { operation, epoch } of taken) held.set(operation.operation_id, epoch);
    const renewed = await timed(renew, () => store.renew(LEASE, held));
    if (renewed.length !== held.size) throw new Error(`${renewed.length} leases were renewed`);
    const removed = await timed(remove, () => store.removeEnded('2030', TAKEN));
    if (removed.length !== TAKEN) throw new Error(`${removed.length} operations were removed`);
  }
  const of = `of ${stored.toLocaleString('en')}`;
  const row = (measure: string, value: number): ReportRow => {
    return { store: name, measure: `${measure} ${of}`, value, unit: 'ms', target: null, met: null };
  };
  return [
    row(`take over ${TAKEN}, the first time,`, takeOver[0] as number),
    row(`take over ${TAKEN}`, median(takeOver)),
    row(`renew the leases of ${TAKEN} to ${ROUNDS * TAKEN}`, median(renew)),
    row(`remove ${TAKEN} old ones`, median(remove)),
  ];
}

async function timed<T>(took: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  took.push(performance.now() - start);
  return result;
}
