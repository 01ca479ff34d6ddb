import { newOperation, type OperationStore } from '@ktrdr/orchestrator';
import type { ReportRow } from '../report.js';

const SECONDS = 3;
const LEASE = { owner: 'bench', ms: 60_000 };
const AT = '2026-01-05T10:00:00.000Z';
const METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'test_strategy',
  start_date: '2024-01-01',
  end_date: '2024-03-01',
  parameters: { seed: 42 },
};

/** A repeated step. `turn` counts over all concurrent workers. */
type Turn = (store: OperationStore, turn: number) => Promise<unknown>;

const id = (turn: number) => `op_bench_${turn}`;

const TURNS: Record<string, Turn> = {
  'create an operation': (store, turn) => {
    const operation = newOperation({ id: id(turn), type: 'training', metadata: METADATA, createdAt: AT });
    return store.create({ operation, request: { parameters: { seed: 42 } }, lease: LEASE });
  },
  'change a status': (store, turn) => store.transition(id(turn), 1, ['pending'], { to: 'running', at: AT }),
  'save progress': (store, turn) => {
    const { progress } = newOperation({ id: id(0), type: 'training', metadata: METADATA, createdAt: AT });
    const saved = { progress: { ...progress, percentage: (turn / 7) % 100 }, warnings: [], resumable: true };
    return store.saveProgress(id(turn % 100), 1, saved);
  },
  'read an operation': (store, turn) => store.get(id(turn % 100)),
};

/** Writes and reads per second on an initially empty store. */
export async function throughput(name: string, store: OperationStore, atOnce: number): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  let created = Infinity;
  for (const [measure, turn] of Object.entries(TURNS)) {
    const most = measure === 'change a status' ? created : Infinity;
    const { taken, perSecond } = await turnsPerSecond(store, turn, atOnce, most);
    created = Math.min(created, taken);
    rows.push({
      store: name,
      measure: `${measure}, ${atOnce} concurrent`,
      value: perSecond,
      unit: '/s',
      target: null,
      met: null,
    });
  }
  return rows;
}

/** Turns per second of `atOnce` workers over {@link SECONDS}, with at most `most` turns. */
async function turnsPerSecond(store: OperationStore, turn: Turn, atOnce: number, most: number) {
  let taken = 0;
  const start = performance.now();
  const end = start + SECONDS * 1000;
  const work = async () => {
    while (taken < most && performance.now() < end) await turn(store, taken++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { taken, perSecond: (taken * 1000) / (performance.now() - start) };
}
