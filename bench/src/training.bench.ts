/**
 * Training speed in samples per second on one core, with the product's own loop, beside PyTorch, JAX, scikit-learn and TensorFlow, and
 * beside the limit set by the matrix products alone. Each has its own process. They take turns in short rounds on the same core while the
 * others wait, so that a temporary slowdown of the machine affects all of them. A second table has the time from the start of a process
 * to the end of a typical training. "Ours" is the engine that `auto` takes. Peers need a Python: `TRAINING_PYTHON=/path/to/python`, or
 * `python3`. Arguments: engines to measure beside `wasm` and `onnx`, `--no-peers`, `--only TEXT` (cases whose title or batch contains
 * it: `lstm`, `3, 32`), `--seconds N` of each case.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES, type EngineName } from '@ktrdr/contracts';
import { EngineSelector } from '@ktrdr/trainer';
import type { Peer } from './peer.js';
import { median, printRow, report, type ReportRow } from './report.js';
import {
  storeCase,
  trainingCases,
  typicalCase,
  type StoredCase,
  type TrainingCase,
} from './training-cases.js';
import {
  findPeers,
  findProducts,
  ourContestant,
  PEER_NAMES,
  Starter,
  trainFor,
  type Contestant,
  type TrainingAnswer,
} from './training/contestants.js';

/**
 * Length of a turn, s; a turn continues to the end of its epoch. Turns are short, and the result is the median of the ratios of turns of
 * the same round. On a machine whose speed halved from second to second, two runs then differed by 7 % on average; the
 * ratios of the best turns differed by 20 %.
 */
const TURN_S = 0.12;
/** Minimum number of rounds, however slow the peers are. */
const LEAST_ROUNDS = 7;
const COLD_EPOCHS = 40;
const COLD_ROUNDS = 5;
const PRODUCTS = 'products';

/** Results of one contestant in a case. */
interface Shown {
  /** Samples per second, by round. */
  speeds: number[];
  /** Samples per second of processor time, by round: other work of the machine affects it less. */
  processorSpeeds: number[];
  /** Time of the first epoch or batch, with compilation, less the time of a later one, s. */
  compileS: number | null;
  loss: number | null;
  /** Processor time divided by elapsed time. */
  cores: number;
  versions: string;
}

const starter = new Starter();
const selector = new EngineSelector();

/** Trains a case in rounds: one turn each. A peer that fails is left out. */
async function measure(
  one: StoredCase,
  contestants: readonly Contestant[],
  seconds: number,
): Promise<Map<string, Shown>> {
  const running: { name: string; peer: Peer; answers: TrainingAnswer[]; first: TrainingAnswer }[] = [];
  for (const contestant of contestants) {
    if (!contestant.can(one)) continue;
    const peer = await starter.launch(contestant);
    try {
      const first = await trainFor(peer, one, TURN_S);
      running.push({ name: contestant.name, peer, answers: [], first });
    } catch (error) {
      console.log(`${contestant.name} is not measured on ${one.title}: ${(error as Error).message}`);
    }
  }
  const until = performance.now() + seconds * 1000;
  for (let round = 0; round < LEAST_ROUNDS || performance.now() < until; round += 1) {
    for (const { peer, answers } of running) answers.push(await trainFor(peer, one, TURN_S));
  }
  await Promise.all(running.map(({ peer }) => peer.end()));
  return new Map(running.map(({ name, answers, first }) => [name, shown(answers, first)]));
}

function shown(answers: readonly TrainingAnswer[], first: TrainingAnswer): Shown {
  const sum = (key: 'seconds' | 'processor_s'): number =>
    answers.reduce((total, answer) => total + answer[key], 0);
  return {
    speeds: answers.map(({ samples, seconds }) => samples / seconds),
    processorSpeeds: answers.map(({ samples, processor_s }) => samples / processor_s),
    compileS: first.first_s,
    loss: answers.at(-1)!.loss,
    cores: sum('processor_s') / sum('seconds'),
    versions: first.versions,
  };
}

/** Medians over the rounds of our speed, and of the ratios of our speed to a peer's in the same round. */
function summary(
  { title, batch }: StoredCase,
  all: ReadonlyMap<string, Shown>,
  engines: readonly EngineName[],
  ours: EngineName,
): ReportRow {
  const times = (name: string, by: 'speeds' | 'processorSpeeds' = 'speeds'): number | null => {
    const [mine, theirs] = [all.get(ours)?.[by], all.get(name)?.[by]];
    if (mine === undefined || theirs === undefined) return null;
    return rounded(median(mine.map((speed, round) => speed / theirs[round]!)), 3);
  };
  const peers = PEER_NAMES.filter((name) => all.has(name));
  const fastest = peers.toSorted((one, other) => times(one)! - times(other)!)[0] ?? null;
  const columns = (names: readonly string[], value: (name: string) => number | null): ReportRow =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  return {
    model: title,
    batch,
    rounds: all.get(ours)?.speeds.length ?? 0,
    'auto takes': ours,
    'samples/s': speedOf(all, ours),
    ...columns(engines, (name) => speedOf(all, name)),
    ...Object.fromEntries(PEER_NAMES.map((name) => [`times ${name}`, times(name)])),
    'fastest peer': fastest,
    'its samples/s': fastest === null ? null : speedOf(all, fastest),
    'times the fastest': fastest === null ? null : times(fastest),
    'the same by processor time': fastest === null ? null : times(fastest, 'processorSpeeds'),
    'share of the product limit': times(PRODUCTS),
  };
}

function speedOf(all: ReadonlyMap<string, Shown>, name: string): number | null {
  const found = all.get(name);
  return found === undefined ? null : rounded(median(found.speeds), 0);
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** The engine that `auto` takes for a case. */
async function chosenByAuto({ network, batch }: TrainingCase): Promise<EngineName> {
  const { engine } = await selector.choose(
    'auto',
    {
      model: network,
      optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
      loss: { type: 'cross_entropy' },
      batchSize: batch,
    },
    { signal: new AbortController().signal, onPhase: () => undefined },
  );
  return engine;
}

/** Everything measured, one row a contestant. */
function details({ title, batch }: StoredCase, all: ReadonlyMap<string, Shown>): ReportRow[] {
  return [...all].map(([name, { compileS, loss, cores, versions }]) => ({
    model: title,
    batch,
    program: name,
    'samples/s': speedOf(all, name),
    'first epoch or batch, s': compileS === null ? null : rounded(compileS, 3),
    'loss at the end': loss === null ? null : rounded(loss, 3),
    'processor time / elapsed time': rounded(cores, 2),
    versions,
  }));
}

/** Time from the start of each program to its last epoch; the programs alternate. */
async function coldStarts(one: StoredCase, contestants: readonly Contestant[]): Promise<ReportRow[]> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < COLD_ROUNDS; round += 1) {
    for (const contestant of contestants) {
      const begin = performance.now();
      const peer = await starter.launch(contestant);
      try {
        await peer.ask({ case: one, epochs: COLD_EPOCHS }, 0);
        times.get(contestant.name)!.push((performance.now() - begin) / 1000);
      } catch (error) {
        console.log(`${contestant.name} has no cold start: ${(error as Error).message}`);
      }
      await peer.end();
    }
  }
  const medians = [...times].flatMap(([name, all]) =>
    all.length === 0 ? [] : [{ name, seconds: median(all) }],
  );
  return medians.map(({ name, seconds }) => ({
    model: one.title,
    batch: one.batch,
    rows: one.rows,
    epochs: COLD_EPOCHS,
    program: name,
    's from start to the last epoch': rounded(seconds, 2),
    'times ours': rounded(seconds / medians[0]!.seconds, 2),
  }));
}

function chosenEngines(names: readonly string[]): EngineName[] {
  const engines: EngineName[] = ['wasm', 'onnx'];
  for (const name of names) {
    const engine = ENGINE_NAMES.find((known) => known === name);
    if (engine === undefined)
      throw new Error(`unknown engine ${name}; choose from ${ENGINE_NAMES.join(', ')}`);
    if (!engines.includes(engine)) engines.push(engine);
  }
  return engines;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-peers': { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '20' },
  },
});
const engines = chosenEngines(positionals);
const python = process.env['TRAINING_PYTHON'];
const { peers, missing } = values['no-peers'] ? { peers: [], missing: [] } : await findPeers(python);
const products = values['no-peers'] ? null : await findProducts(python);
if (missing.length > 0) {
  console.log(
    `${missing.join('; ')}: not measured, because no Python has them. pip install torch jax scikit-learn tensorflow-cpu in a virtual environment, then TRAINING_PYTHON=<its python> npm run bench -- training`,
  );
}
if (!starter.isPinned) console.log('This machine has no taskset: the programs may run on different cores.');
const folder = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
const summaries: ReportRow[] = [];
const all: ReportRow[] = [];
const chosen = trainingCases().filter(({ title, batch }) => `${title}, ${batch}`.includes(values.only));
for (const one of chosen) {
  const stored = await storeCase(one, folder);
  const mine = await chosenByAuto(one);
  const ours = [...new Set([mine, ...engines])].map((engine) => ourContestant(engine));
  const contestants = [...ours, ...peers, ...(products === null ? [] : [products])];
  const measured = await measure(stored, contestants, Number(values.seconds));
  const row = summary(stored, measured, engines, mine);
  printRow(row);
  summaries.push(row);
  all.push(...details(stored, measured));
}
await report('training', summaries);
await report('training-programs', all);
if (values.only === '') {
  const typical = { ...typicalCase(), title: 'typical' };
  const ours = [...new Set([await chosenByAuto(typical), ...engines])].map((engine) => ourContestant(engine));
  const cold = await coldStarts(await storeCase(typical, folder), [...ours, ...peers]);
  await report('training-cold-starts', cold);
}
await rm(folder, { recursive: true });
