/**
 * Training speed in samples per second on one thread, with the product's own loop: shuffling, gathering rows, dropout masks,
 * metrics, validation, progress and cancellation checks. For comparison: PyTorch, and the limit set by the matrix products
 * alone, if Python has torch and numpy. They take turns in short rounds while the others wait, so that a temporary slowdown of
 * the machine affects all of them. Arguments: engines to measure (default: onnx and tensorflow-wasm), `--no-peers`.
 */
import { ENGINE_NAMES, type EngineName } from '@ktrdr/contracts';
import { createEngine, Progress, runTrainingLoop, type Engine } from '@ktrdr/trainer';
import { Peer } from './peer.js';
import { median, report, type ReportRow } from './report.js';
import { casePart, trainingCases, type TrainingCase } from './training-cases.js';

/** Measuring time of a case after one warm-up round, s. */
const CASE_S = 13;
/**
 * Length of a turn, s; our turn continues to the end of its epoch. Turns are short, and the result is the median of the ratios of
 * adjacent turns. On a machine whose speed halved from second to second, two runs then differed by 7 % on average; the
 * ratios of the best turns differed by 20 %.
 */
const TURN_S = 0.12;
/** Length of a turn of the matrix products, s; their speed varies little. */
const PRODUCTS_TURN_S = 0.03;

interface Peers {
  torch: Peer | null;
  products: Peer | null;
}

/** Samples per second in one round; `null` if the peer is missing. */
interface Round {
  ours: number;
  torch: number | null;
  products: number | null;
}

/** Trains a case in rounds; the peers take their turns between epochs. All use the same optimiser and loss. */
async function measure(engine: Engine, one: TrainingCase, peers: Peers): Promise<Round[]> {
  const { model, batch, rows } = one;
  const measured: Round[] = [];
  let until: number | null = null;
  let trained = 0;
  let begin = performance.now();
  await runTrainingLoop({
    model,
    settings: {
      epochs: 100_000,
      batchSize: batch,
      learningRate: 0.001,
      optimizer: 'adam',
      weightDecay: 0,
      gradientClip: null,
      loss: { type: 'cross_entropy' },
      earlyStopping: null,
      learningRateSchedule: null,
      classWeights: false,
    },
    train: casePart(model, rows),
    validation: casePart(model, 64),
    engine,
    seed: 1,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    gradientNorms: false,
    callbacks: [
      new Progress(() => {}, { now: () => Date.now() }),
      {
        onEpochEnd: async (epoch) => {
          trained += epoch.rows;
          const seconds = (performance.now() - begin) / 1000;
          if (seconds < TURN_S) return undefined;
          const round = { ours: trained / seconds, ...(await measurePeers(one, peers)) };
          trained = 0;
          begin = performance.now();
          if (until === null) until = begin + CASE_S * 1000;
          else measured.push(round);
          return begin > until ? 'measured' : undefined;
        },
      },
    ],
  });
  return measured;
}

async function measurePeers(
  { name, batch, dropout, rows }: TrainingCase,
  { torch, products }: Peers,
): Promise<Omit<Round, 'ours'>> {
  return {
    torch: (await torch?.speed({ model: name, batch, dropout, rows }, TURN_S)) ?? null,
    products: name === 'mlp' ? ((await products?.speed({ batch }, PRODUCTS_TURN_S)) ?? null) : null,
  };
}

/** Medians over the rounds of the speeds, and of the ratios of our speed to a peer's in the same round. */
function summary(engine: EngineName, { title, batch }: TrainingCase, rounds: readonly Round[]): ReportRow {
  const figures = (key: keyof Round): number[] => rounds.flatMap((round) => round[key] ?? []);
  const ratios = (key: keyof Round): number[] =>
    rounds.flatMap((round) => {
      const other = round[key];
      return other === null ? [] : [round.ours / other];
    });
  return {
    engine,
    model: title,
    batch,
    rounds: rounds.length,
    'samples/s': middle(figures('ours'), 0),
    'PyTorch, samples/s': middle(figures('torch'), 0),
    'times PyTorch': middle(ratios('torch'), 3),
    'share of the product limit': middle(ratios('products'), 3),
  };
}

/** The median rounded to `decimals` decimals; `null` if nothing was measured. */
function middle(values: readonly number[], decimals: number): number | null {
  return values.length === 0 ? null : Number(median(values).toFixed(decimals));
}

function chosenEngines(names: readonly string[]): EngineName[] {
  if (names.length === 0) return ['onnx', 'tensorflow-wasm'];
  return names.map((name) => {
    const engine = ENGINE_NAMES.find((known) => known === name);
    if (engine === undefined)
      throw new Error(`unknown engine ${name}; choose from ${ENGINE_NAMES.join(', ')}`);
    return engine;
  });
}

const args = process.argv.slice(2);
const engines = chosenEngines(args.filter((arg) => !arg.startsWith('--')));
const withPeers = !args.includes('--no-peers');
const peers: Peers = {
  torch: withPeers ? await Peer.start('torch_peers.py', 'torch') : null,
  products: withPeers ? await Peer.start('sgemm_ceiling.py', 'numpy') : null,
};
if (withPeers && peers.torch === null) {
  console.log(
    'PyTorch is not measured: no Python with torch found. On Debian: apt-get install python3-torch libopenblas0',
  );
}
const rows: ReportRow[] = [];
for (const name of engines) {
  const engine = await createEngine(name);
  for (const one of trainingCases()) {
    if (name.startsWith('tensorflow') && one.name !== 'mlp') continue;
    rows.push(summary(name, one, await measure(engine, one, peers)));
  }
  engine.dispose();
}
await Promise.all([peers.torch?.end(), peers.products?.end()]);
await report('training', rows);
