/**
 * Is the verdict honest? Trains on random walks, in which there is nothing to find, and counts how many are called an edge; then on markets
 * with a planted edge, with enough bars to find it and with too few. `npm run bench -- honesty [walks]`: 1,000 walks and a fifth as many
 * planted edges of each length, or so many. Every fourth walk has 12,000 bars of each symbol, the others 1,200.
 */
import type { TrainingResult, VerdictLabel } from '@ktrdr/contracts';
import { judgeMarket, type JudgedMarket, plantedEdge, randomWalk } from '@ktrdr/trainer/testing';
import { report, type ReportRow } from './report.js';

const WALKS = Number(process.argv[2] ?? 1_000);
/** Planted edges of each length. */
const PLANTED = Math.ceil(WALKS / 5);
const ENOUGH_BARS = 6_000;
const FEW_BARS = 350;

interface Group {
  name: string;
  size: number;
  market: (index: number) => JudgedMarket;
}

const groups: Group[] = [
  { name: 'random walk', size: WALKS, market: randomWalk },
  { name: 'planted edge, 6,000 bars', size: PLANTED, market: (index) => plantedEdge(index, ENOUGH_BARS) },
  { name: 'planted edge, 350 bars', size: PLANTED, market: (index) => plantedEdge(index, FEW_BARS) },
];

const rows: ReportRow[] = [];
for (const { name, size, market } of groups) {
  const start = performance.now();
  const judged: { market: JudgedMarket; result: TrainingResult }[] = [];
  for (let index = 0; index < size; index += 1) {
    const own = market(index);
    judged.push({ market: own, result: await judgeMarket(own) });
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${index + 1} of ${size}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const summarise = (of: string, some: typeof judged) => {
    const share = (test: (result: TrainingResult) => boolean): number =>
      some.filter(({ result }) => test(result)).length;
    const labelled = (label: VerdictLabel): number => share(({ verdict }) => verdict!.label === label);
    rows.push({
      markets: of,
      number: some.length,
      edge: labelled('edge'),
      'no edge': labelled('no_edge'),
      'too little data': labelled('too_little_data'),
      'accuracy better': share(({ verdict }) => verdict!.accuracy.better === 'better'),
      'random entries below 5 %': share(
        ({ verdict }) => (verdict!.money?.random_entries_p_value ?? 1) < 0.05,
      ),
      'deflated Sharpe above 95 %': share(({ verdict }) => (verdict!.money?.deflated_sharpe ?? 0) > 0.95),
      's each': (performance.now() - start) / 1000 / judged.length,
    });
  };
  summarise(name, judged);
  if (size < 100) continue;
  for (const key of ['bars', 'labels', 'volatility', 'session', 'symbols'] as const) {
    for (const value of new Set(judged.map((one) => one.market[key]))) {
      summarise(
        `  ${key} ${value}`,
        judged.filter((one) => one.market[key] === value),
      );
    }
  }
}
await report('honesty', rows);
