/**
 * Time from Ctrl+C in `ktrdr models train` to the end of the last compute process, at random moments of a run, with a real CLI,
 * API, host and training process. Every child of the service that trains counts as a compute process.
 * `npm run bench -- cancel [runs]`.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox, strategyText, type TestProcess, type TestService } from '@ktrdr/service-kit/testing';
import { RandomStream } from '@ktrdr/statistics';
import { report, type ReportRow } from './report.js';

const [runs = 100] = process.argv.slice(2).map(Number);
/** Interval between two checks of the processes, ms. */
const CHECK_EVERY_MS = 1;
/** Longest delay from the start to the signal, ms. Covers reading bars, features, labels, starting the engine and training. */
const SIGNAL_WITHIN_MS = 3_000;
/** Longest delay from the suspension of a trainer to the signal, ms. */
const SUSPENDED_MS = 200;
const SUSPENDED_GRACE_MS = 500;
const LIMIT_MS = 60_000;
/** Exit codes of `ktrdr`. */
const [COMPLETED, CANCELLED] = [0, 130];
const TRAININGS = {
  small: { text: strategyText({ epochs: 100_000 }), options: [] },
  large: { text: strategyText({ epochs: 100_000, batchSize: 1024, layers: [512, 256] }), options: [] },
  // short enough to reach evaluation and model writing; runs that end before the signal are not counted
  short: { text: strategyText({ epochs: 100 }), options: ['--detailed-analytics'] },
} as const;
type Training = keyof typeof TRAININGS;

/** Times since the signal, ms. */
interface Cancelled {
  /** The last compute process has ended. */
  gone: number;
  /** `ktrdr` has reported the cancel and ended. */
  told: number;
}

interface Place {
  name: 'local' | 'host';
  api: TestService;
  /** The service whose child processes train. */
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
    if (performance.now() > end) throw new Error(`${what} did not happen within ${LIMIT_MS / 1000} s`);
    await sleep(CHECK_EVERY_MS);
  }
}

function startTraining({ api }: Place, training: Training): TestProcess {
  const args = ['models', 'train', sandbox.path(`${training}.yaml`), ...TRAININGS[training].options];
  return sandbox.ktrdr(api, args);
}

/** Sends Ctrl+C. @returns `null` if the training had already ended */
async function interrupt(cli: TestProcess, { trains }: Place): Promise<Cancelled | null> {
  const sent = performance.now();
  cli.kill('SIGINT');
  let [gone, told] = [sent, sent];
  await until('the end of the training', () => {
    const now = performance.now();
    const computing = childrenOf(trains).length > 0;
    if (computing) gone = now;
    if (cli.running) told = now;
    return !computing && !cli.running;
  });
  const { code } = await cli.ended;
  // the signal may arrive while ktrdr prints its last lines
  if (code === COMPLETED || cli.output.includes('\ncompleted in ')) return null;
  if (code !== CANCELLED)
    throw new Error(`ktrdr ended with exit code ${code}, expected ${CANCELLED}:\n${cli.output}`);
  return { gone: gone - sent, told: told - sent };
}

/** Cancels one training at a random moment. */
async function cancelRunning(place: Place, training: Training): Promise<Cancelled | null> {
  const cli = startTraining(place, training);
  await until('the start', () => cli.output.includes('Operation op_') || !cli.running);
  await sleep(random.uniform() * SIGNAL_WITHIN_MS);
  return interrupt(cli, place);
}

/** Suspends the training process (SIGSTOP), so that it cannot react, then cancels the training. */
async function cancelSuspended(place: Place): Promise<Cancelled | null> {
  const cli = startTraining(place, 'small');
  await until('the first batch', () => cli.output.includes('(batch ') || !cli.running);
  for (const pid of childrenOf(place.trains)) process.kill(pid, 'SIGSTOP');
  await sleep(random.uniform() * SUSPENDED_MS);
  return interrupt(cli, place);
}

/** Trains once, so that the service knows which engines load. That check can run longer than the training that needs it. */
async function warmUp(place: Place): Promise<void> {
  const { code } = await startTraining(place, 'short').ended;
  if (code !== COMPLETED) throw new Error(`the warm-up training ended with exit code ${code}`);
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
      ['running', {}],
      ['suspended', { TRAINING_CANCEL_GRACE_MS: String(SUSPENDED_GRACE_MS) }],
    ] as const) {
      const host = name === 'host' ? await sandbox.startHost(`${kind}-host`, settings) : null;
      // the default poll interval; the sandbox would poll faster
      const onHost = host === null ? {} : { ...Sandbox.onHost(host), TRAINING_HOST_POLL_MS: '500' };
      const api = await sandbox.startApi(`${kind}-${name}`, { ...settings, ...onHost });
      const place: Place = { name, api, trains: host ?? api };
      await warmUp(place);
      const measured = await measure((turn) =>
        kind === 'suspended'
          ? cancelSuspended(place)
          : cancelRunning(place, names[turn % names.length] as Training),
      );
      const targetMs = kind === 'suspended' ? SUSPENDED_GRACE_MS + 2_000 : name === 'local' ? 250 : 400;
      const which = kind === 'suspended' ? `${name}, suspended trainer, grace ${SUSPENDED_GRACE_MS}` : name;
      const gone = measured.map((one) => one.gone);
      const told = measured.map((one) => one.told);
      rows.push(rowOf(`end of the last compute process (${which})`, gone, targetMs));
      rows.push(rowOf(`end of ktrdr (${which})`, told, null));
      await api.stop();
      await host?.stop();
    }
  }
  await report('cancel', rows);
} finally {
  await sandbox.close();
}
