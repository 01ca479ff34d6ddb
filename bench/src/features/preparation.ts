import { readdir, stat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSampleBars } from '@ktrdr/market-data';
import { train } from '@ktrdr/trainer';
import { median, type ReportRow } from '../report.js';

/** Days of one-minute bars: about 3,400, 100,000 and 1,000,000 bars. */
const DAYS = [12, 360, 3_600];
const ROUNDS = 3;
const START = '2020-01-01';
const DAY_MS = 86_400_000;
/** More than the largest entry. */
const CACHE_MB = 2_000;

/**
 * The time from a request to prepared data: the strategy is parsed and the data are computed from cached bars, or read from the cache
 * of features. In turns; medians.
 *
 * @param strategy trains on one-minute bars of BTCUSD
 */
export async function preparationRows(strategy: string): Promise<ReportRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'ktrdr-preparation-'));
  const [dataDir, stateDir] = [join(root, 'data'), join(root, 'state')];
  await mkdir(dataDir);
  try {
    await writeSampleBars({
      dataDir,
      symbol: 'BTCUSD',
      timeframe: '1m',
      startDate: START,
      endDate: endOf(Math.max(...DAYS)),
    });
    const rows: ReportRow[] = [];
    for (const days of DAYS) rows.push(await preparationRow(strategy, { dataDir, stateDir, root }, days));
    return rows;
  } finally {
    await rm(root, { recursive: true });
  }
}

async function preparationRow(
  strategy: string,
  folders: { dataDir: string; stateDir: string; root: string },
  days: number,
): Promise<ReportRow> {
  const prepare = async (featureCacheMb: number): Promise<{ ms: number; cpuMs: number; samples: number }> => {
    globalThis.gc?.();
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    const { result } = await train(
      {
        operationId: 'op_training_20200101T000000_bench1',
        strategy,
        strategy_file: 'bench.yaml',
        fingerprints: [],
        seed: 1,
        start_date: START,
        end_date: endOf(days),
        dry_run: true,
        engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
        dataDir: folders.dataDir,
        stateDir: folders.stateDir,
        featureCacheMb,
        outputDir: folders.root,
        mode: 'local',
        checkpointDir: join(folders.root, 'checkpoints'),
        checkpointEveryMs: 3_600_000,
        resume: false,
      },
      { signal: new AbortController().signal, onProgress: () => undefined, clock: { now: () => Date.now() } },
    );
    const { user, system } = process.cpuUsage(cpuStart);
    const { total_samples: samples } = result.data_summary;
    return { ms: performance.now() - start, cpuMs: (user + system) / 1000, samples };
  };
  const features = join(folders.stateDir, 'features');
  await rm(features, { recursive: true, force: true });
  const { samples } = await prepare(CACHE_MB);
  const [entry] = await readdir(features);
  const { size } = await stat(join(features, entry!));
  const [computed, cached]: { ms: number; cpuMs: number }[][] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    computed!.push(await prepare(0));
    cached!.push(await prepare(CACHE_MB));
  }
  const of = (measured: { ms: number; cpuMs: number }[], what: 'ms' | 'cpuMs'): number =>
    median(measured.map((one) => one[what]));
  return {
    rows: samples,
    'computed, ms': of(computed!, 'ms'),
    'cached, ms': of(cached!, 'ms'),
    'computed, cpu ms': of(computed!, 'cpuMs'),
    'cached, cpu ms': of(cached!, 'cpuMs'),
    ratio: of(computed!, 'cpuMs') / of(cached!, 'cpuMs'),
    'MB on disk': size / 1_000_000,
  };
}

function endOf(days: number): string {
  return new Date(Date.parse(START) + (days - 1) * DAY_MS).toISOString().slice(0, 10);
}
