import type { OperationStore } from '@ktrdr/orchestrator';
import { median, type ReportRow } from '../report.js';

const ROUNDS = 5;
const TAKEN = 100;
const LEASE = { owner: 'bench', ms: 3_600_000 };
const AT = '2026-01-05T10:00:00.000Z';

/**
 * Measures a service's store maintenance with many stored operations, ms: take over abandoned operations, renew leases, remove old
 * operations. The newest thousand of the `stored` operations must be active and their leases released.
 */
export async function upkeep(name: string, store: OperationStore, stored: number): Promise<ReportRow[]> {
  const [takeOver, renew, remove]: [number[], number[], number[]] = [[], [], []];
  const held = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const taken = await timed(takeOver, () => store.takeOver(LEASE, AT, TAKEN));
    if (taken.length !== TAKEN)
      throw new Error(`${taken.length} operations were taken over, expected ${TAKEN}`);
    for (const { operation, epoch } of taken) held.set(operation.operation_id, epoch);
    const renewed = await timed(renew, () => store.renew(LEASE, held));
    if (renewed.length !== held.size)
      throw new Error(`${renewed.length} leases were renewed, expected ${held.size}`);
    const removed = await timed(remove, () => store.removeEnded('2030', TAKEN));
    if (removed.length !== TAKEN)
      throw new Error(`${removed.length} operations were removed, expected ${TAKEN}`);
  }
  const of = `${stored.toLocaleString('en')} stored`;
  const row = (measure: string, value: number): ReportRow => {
    return { store: name, measure: `${measure}, ${of}`, value, unit: 'ms', target: null, met: null };
  };
  return [
    row(`first takeover of ${TAKEN}`, takeOver[0] as number),
    row(`takeover of ${TAKEN}`, median(takeOver)),
    row(`renewal of ${TAKEN} to ${ROUNDS * TAKEN} leases`, median(renew)),
    row(`removal of ${TAKEN} old operations`, median(remove)),
  ];
}

async function timed<T>(took: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  took.push(performance.now() - start);
  return result;
}
