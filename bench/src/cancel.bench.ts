/**
 * From Ctrl+C in `ktrdr models train` to no compute process left: real CLI, API, host and training processes, at random moments
 * of a run. Every process that the service which trains has started counts as computing. `npm run bench -- cancel [runs]`.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSampleBars } from '@ktrdr/market-data';
import { ROOT, Sandbox, strategyText, type TestProcess, type TestService } from '@ktrdr/service-kit/testing';
import { RandomStream } from '@ktrdr/trainer';
import { report, type ReportRow } from './report.js';

const [runs = 100] = process.argv.slice(2).map(Number);
/** Time between two looks at the processes, ms. */
const LOOK_MS = 1;
/** The signal comes so long after the start at most, ms: reading bars, features, labels, the engine's start and training. */
const MOMENTS_MS = 3_000;
/** A stopped trainer is told so long after it was stopped at most, ms. */
const STOPPED_MS = 200;
const DEAF_GRACE_MS = 500;
const LIMIT_MS = 60_000;
/** Exit codes of `ktrdr`. */
const [COMPLETED, CANCELLED] = [0, 130];
const TRAININGS = {
  small: { text: strategyText({ epochs: 100_000 }), options: [] },
  large: { text: strategyText({ epochs: 100_000, batchSize: 1024, layers: [512, 256] }), options: [] },
  // it comes to its evaluation and to writing the model: some end before the signal and do not count
  short: { text: strategyText({ epochs: 100 }), options: ['--detailed-analytics'] },
} as const;
type Training = keyof typeof TRAININGS;

/** ms from the signal. */
interface Cancelled {
  /** No compute process left. */
  gone: number;
  /** `ktrdr` has said that it is cancelled, and ended. */
  told: number;
}

interface Place {
  name: 'local' | 'host';
  api: TestService;
  /** The service whose children compute. */
  trains: TestService;
}

const random = RandomStream.derive(1, 'cancel bench');

function childrenOf({ pid }: TestService): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return pids === '' ? [] : pids.split(' ').map(Number);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
    await sleep(LOOK_MS);
  }
}

function startTraining({ api }: Place, training: Training): TestProcess {
  const bin = join(ROOT, 'apps/cli/bin/ktrdr.mjs');
  const args = ['models', 'train', sandbox.path(`${training}.yaml`), ...TRAININGS[training].options];
  return sandbox.spawn(process.execPath, [bin, ...args], { KTRDR_API_URL: api.url });
}

/** Sends Ctrl+C; `null` where the training was over before. */
async function interrupt(cli: TestProcess, { trains }: Place): Promise<Cancelled | null> {
  const sent = performance.now();
  cli.kill('SIGINT');
  let [gone, told] = [sent, sent];
  await until('the end', () => {
    const now = performance.now();
    const computing = childrenOf(trains).length > 0;
    if (computing) gone = now;
    if (cli.running) told = now;
    return !computing && !cli.running;
  });
  const { code } = await cli.ended;
  // the signal may still meet it in its last words
  if (code === COMPLETED || cli.output.includes('\ncompleted in ')) return null;
  if (code !== CANCELLED) throw new Error(`ktrdr ended with ${code}:\n${cli.output}`);
  return { gone: gone - sent, told: told - sent };
}

/** One training that is cancelled at some moment of its run. */
async function listening(place: Place, training: Training): Promise<Cancelled | null> {
  const cli = startTraining(place, training);
  await until('the start', () => cli.output.includes('Operation op_') || !cli.running);
  await sleep(random.uniform() * MOMENTS_MS);
  return interrupt(cli, place);
}

/** One training whose process is stopped, so that it hears nothing. */
async function deaf(place: Place): Promise<Cancelled | null> {
  const cli = startTraining(place, 'small');
  await until('the first batch', () => cli.output.includes('(batch ') || !cli.running);
  for (const pid of childrenOf(place.trains)) process.kill(pid, 'SIGSTOP');
  await sleep(random.uniform() * STOPPED_MS);
  return interrupt(cli, place);
}

/** A first training, so that the service knows its engines: finding out which load outlives the training that waits for it. */
async function warmUp(place: Place): Promise<void> {
  const { code } = await startTraining(place, 'short').ended;
  if (code !== COMPLETED) throw new Error(`the first training ended with ${code}`);
}

async function measure(one: (turn: number) => Promise<Cancelled | null>): Promise<Cancelled[]> {
  const measured: Cancelled[] = [];
  for (let turn = 0; measured.length < runs; turn += 1) {
    const cancelled = await one(turn);
    if (cancelled !== null) measured.push(cancelled);
  }
  return measured;
}

function rowOf(what: string, values: readonly number[], targetMs: number | null): ReportRow {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
  return {
    'ms from Ctrl+C to': what,
    runs: values.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    'target p99': targetMs === null ? null : `< ${targetMs}`,
    met: targetMs === null ? null : at(0.99) < targetMs,
  };
}

const sandbox = await Sandbox.create();
try {
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2022-01-01',
    endDate: '2024-06-30',
  });
  for (const [name, { text }] of Object.entries(TRAININGS))
    await writeFile(sandbox.path(`${name}.yaml`), text);
  const rows: ReportRow[] = [];
  const names = Object.keys(TRAININGS) as Training[];
  for (const name of ['local', 'host'] as const) {
    for (const [kind, settings] of [
      ['listening', {}],
      ['deaf', { TRAINING_CANCEL_GRACE_MS: String(DEAF_GRACE_MS) }],
    ] as const) {
      const host = name === 'host' ? await sandbox.startHost(`${kind}-host`, settings) : null;
      // the poll as it is by default: a person's API has no shorter one
      const onHost = host === null ? {} : { ...Sandbox.onHost(host), TRAINING_HOST_POLL_MS: '500' };
      const api = await sandbox.startApi(`${kind}-${name}`, { ...settings, ...onHost });
      const place: Place = { name, api, trains: host ?? api };
      await warmUp(place);
      const measured = await measure((turn) =>
        kind === 'deaf' ? deaf(place) : listening(place, names[turn % names.length] as Training),
      );
      const targetMs = kind === 'deaf' ? DEAF_GRACE_MS + 2_000 : name === 'local' ? 250 : 400;
      const which = kind === 'deaf' ? `${name}, stopped trainer, grace ${DEAF_GRACE_MS}` : name;
      const gone = measured.map((one) => one.gone);
      const told = measured.map((one) => one.told);
      rows.push(rowOf(`no compute process (${which})`, gone, targetMs));
      rows.push(rowOf(`ktrdr's end (${which})`, told, null));
      await api.stop();
      await host?.stop();
    }
  }
  await report('cancel', rows);
} finally {
  await sandbox.close();
}
