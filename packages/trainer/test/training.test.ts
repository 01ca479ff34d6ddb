import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  BASELINE_KNOWLEDGE,
  type BarsFingerprint,
  TRAINING_PHASES,
  type TrainingProgressUpdate,
} from '@ktrdr/contracts';
import {
  runTrainerProcess,
  TrainingCancelledError,
  type TrainingRunOutcome,
  type TrainingRunRequest,
} from '@ktrdr/trainer';
import { childProcesses } from './fixtures/processes.js';
import { strategyText, trainingRequest, type Workplace, workplace, writeBars } from './fixtures/training.js';

let place: Workplace;

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 1500);
  await writeBars(place.dataDir, 'ENDED', '1h', 500);
});
afterEach(() => {
  expect(childProcesses()).toEqual([]);
});
afterAll(() => place.remove());

const GRACE_MS = 10_000;

interface Watched {
  outcome: Promise<TrainingRunOutcome>;
  updates: TrainingProgressUpdate[];
  controller: AbortController;
  /** Resolves with the first update that fits. */
  until: (fits: (update: TrainingProgressUpdate) => boolean) => Promise<void>;
}

/** Trains in a separate process, into `output` below the workplace's folder. */
async function start(output: string, changes: Partial<TrainingRunRequest> = {}): Promise<Watched> {
  const outputDir = join(place.outputDir, output);
  await mkdir(outputDir);
  const controller = new AbortController();
  const updates: TrainingProgressUpdate[] = [];
  const waiting: { fits(update: TrainingProgressUpdate): boolean; resolve(): void }[] = [];
  const outcome = runTrainerProcess(trainingRequest(place, { outputDir, ...changes }), {
    signal: controller.signal,
    graceMs: GRACE_MS,
    onProgress(update) {
      updates.push(update);
      for (const waiter of waiting) if (waiter.fits(update)) waiter.resolve();
    },
  });
  outcome.catch(() => undefined);
  const until = (fits: (update: TrainingProgressUpdate) => boolean): Promise<void> =>
    new Promise((resolve) => waiting.push({ fits, resolve }));
  return { outcome, updates, controller, until };
}

/** A folder for the cache of bars. The other runs have none. */
const cached = (): { stateDir: string } => ({ stateDir: join(place.outputDir, 'state') });

const model = (output: string, file: string): Promise<Buffer> =>
  readFile(join(place.outputDir, output, 'model', file));

describe('a run in its own process', () => {
  let updates: TrainingProgressUpdate[];
  let outcome: TrainingRunOutcome;
  beforeAll(async () => {
    const run = await start('first', {
      ...cached(),
      detailed_analytics: true,
      walk_forward: 3,
      walk_forward_gap: 6,
    });
    outcome = await run.outcome;
    ({ updates } = run);
  });

  test('reports every phase in order, with the fields of the strategy', () => {
    expect([...new Set(updates.map(({ phase }) => phase))]).toEqual(TRAINING_PHASES);
    expect(updates[0]).toMatchObject({
      strategy: 'small',
      symbols: ['AAA'],
      timeframes: ['1h'],
      model_type: 'mlp',
    });
    expect(updates.findLast(({ phase }) => phase === 'training')).toMatchObject({
      phase_fraction: 1,
      current_epoch: 3,
      total_epochs: 3,
      items_processed: 3 * outcome.result.data_summary.train_samples,
    });
  });

  test('reports progress that never decreases', () => {
    for (const phase of TRAINING_PHASES) {
      const fractions = updates
        .filter((update) => update.phase === phase)
        .map((update) => update.phase_fraction!);
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
      expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    }
    const evaluating = updates.filter(({ phase }) => phase === 'evaluating');
    // One report before, one after each feature.
    expect(evaluating).toHaveLength(1 + 5);
    expect(updates.findLast(({ phase }) => phase === 'walk-forward')!.phase_fraction).toBe(1);
  });

  test('returns metrics, engine and session', () => {
    const { result } = outcome;
    expect(result).toMatchObject({
      training_metrics: {
        epochs_trained: 3,
        early_stopped: false,
        stopping_reason: 'all 3 epochs done',
        analytics: { directory: join(place.outputDir, 'first', 'analytics') },
      },
      resource_usage: { training_mode: 'local', engine: 'onnx', device: 'cpu' },
      artifacts: { model: null, model_path: null, per_symbol_metrics: [{ symbol: 'AAA' }] },
      session_info: { strategy_name: 'small', seed: 7, use_host_service: false },
      model_info: {
        type: 'mlp',
        architecture: '5-8-4-3',
        parameters_count: 5 * 8 + 8 + 8 * 4 + 4 + 4 * 3 + 3,
      },
    });
    expect(result.resource_usage.peak_memory_mb).toBeGreaterThan(20);
  });

  test('adds up: parts, classes, confusion matrix, baseline', () => {
    const { data_summary: data, test_metrics: tested, training_metrics: trained, ...result } = outcome.result;
    const { train_samples, validation_samples, test_samples, purged_samples } = data;
    expect(train_samples + validation_samples + test_samples + purged_samples).toBe(data.total_samples);
    expect(data.label_distribution.map(({ label }) => label)).toEqual(['BUY', 'HOLD', 'SELL']);
    const counts = data.label_distribution.map(({ test: count }) => count);
    expect(tested!.confusion_matrix.map((row) => row.reduce((sum, value) => sum + value, 0))).toEqual(counts);
    expect(tested!.per_class.map(({ support }) => support)).toEqual(counts);
    const right = tested!.confusion_matrix.reduce((sum, row, index) => sum + row[index]!, 0);
    expect(tested!.test_accuracy).toBeCloseTo(right / test_samples);
    expect(result.artifacts.per_symbol_metrics[0]!.test_accuracy).toBeCloseTo(tested!.test_accuracy);
    const majority = data.label_distribution.toSorted((a, b) => b.train - a.train)[0]!;
    expect(result.baselines!.majority_class).toEqual({
      label: majority.label,
      test_accuracy: majority.test / test_samples,
      mae: null,
      knows: BASELINE_KNOWLEDGE.majority_class,
    });
    const bins = tested!.calibration!.bins;
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(test_samples);
    expect(bins.reduce((sum, { rows, accuracy }) => sum + rows * (accuracy ?? 0), 0)).toBeCloseTo(right);
    expect(result.baselines!.linear_model.train_rows).toBe(train_samples);
    expect(result.validation_metrics!.val_loss).toBeCloseTo(
      trained!.history.val_loss[trained!.best_epoch - 1]!,
    );
  });

  test('returns feature importance and the walk-forward evaluation', () => {
    const { artifacts, walk_forward: walk, data_summary: data } = outcome.result;
    const importance = artifacts.feature_importance!;
    expect(importance.rows).toBe(data.test_samples);
    expect(importance.features.map(({ feature }) => feature).toSorted()).toEqual(data.features.toSorted());
    const drops = importance.features.map(({ accuracy_drop }) => accuracy_drop);
    expect(drops).toEqual(drops.toSorted((a, b) => b - a));
    const { folds, test_accuracy: accuracy, window_bars, gap_bars } = walk!;
    expect({ window_bars, gap_bars }).toEqual({ window_bars: null, gap_bars: 6 });
    expect(folds.map(({ fold }) => fold)).toEqual([1, 2, 3]);
    folds.forEach((fold, index) => {
      expect(Date.parse(fold.train_end)).toBeLessThan(Date.parse(fold.test_start));
      expect(fold.train_rows).toBeGreaterThan(index === 0 ? 0 : folds[index - 1]!.train_rows);
      const { train_rows, validation_rows, test_rows, purged_rows } = fold;
      const until = ((index + 2) / 4) * data.total_samples;
      expect(train_rows + validation_rows + test_rows + purged_rows).toBe(Math.floor(until));
    });
    expect(outcome.result.verdict).toMatchObject({
      source: 'walk_forward',
      rows: folds.reduce((sum, { test_rows }) => sum + test_rows, 0),
      seeds: 1,
    });
    const accuracies = folds.map((fold) => fold.test_accuracy);
    expect(accuracy.mean).toBeCloseTo((accuracies[0]! + accuracies[1]! + accuracies[2]!) / 3);
    expect([accuracy.min, accuracy.max]).toEqual([Math.min(...accuracies), Math.max(...accuracies)]);
    const squares = accuracies.reduce((sum, value) => sum + (value - accuracy.mean) ** 2, 0);
    expect(accuracy.std).toBeCloseTo(Math.sqrt(squares / 2));
  });

  test('writes all files of a model', async () => {
    expect((await readdir(join(place.outputDir, 'first', 'model'))).toSorted()).toEqual([
      'features.json',
      'metadata.json',
      'metrics.json',
      'model.onnx',
      'strategy.yaml',
    ]);
    expect((await model('first', 'strategy.yaml')).toString()).toBe(strategyText());
    const fitted = (method: string, ...figures: string[]): object => ({
      method,
      ...Object.fromEntries(figures.map((figure) => [figure, expect.any(Number)])),
    });
    expect(JSON.parse((await model('first', 'features.json')).toString())).toMatchObject({
      classes: ['BUY', 'HOLD', 'SELL'],
      features: [
        { name: '1h_momentum_low', normalisation: fitted('none') },
        { name: '1h_momentum_middle', normalisation: fitted('none') },
        { name: '1h_momentum_high', normalisation: fitted('none') },
        { name: '1h_atr_5_raw', normalisation: fitted('zscore', 'mean', 'std') },
        { name: '1h_rsi_14_raw', normalisation: fitted('minmax', 'min', 'max') },
      ],
    });
    const { test_metrics, data_summary } = outcome.result;
    expect(JSON.parse((await model('first', 'metadata.json')).toString())).toMatchObject({
      strategy_name: 'small',
      engine: 'onnx',
      seed: 7,
      test_accuracy: test_metrics!.test_accuracy,
      fingerprints: data_summary.fingerprints,
      versions: { node: process.versions.node },
      checksums: { 'model.onnx': expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('writes a line of analytics for each epoch', async () => {
    const csv = await readFile(join(place.outputDir, 'first', 'analytics', 'metrics.csv'), 'utf8');
    expect(csv.trim().split('\n')).toHaveLength(1 + 3);
  });

  test('writes a report page', async () => {
    const page = await readFile(join(place.outputDir, 'first', 'analytics', 'report.html'), 'utf8');
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    for (const feature of outcome.result.data_summary.features) expect(page).toContain(`>${feature}<`);
    // four curves, calibration and importance; equity, random entries and years
    expect(page.match(/<svg/g)).toHaveLength(4 + 2 + 3);
  });

  test('gives the same bytes for the same seed, also from cached bars, and next to a run with another seed', async () => {
    const [{ sha256 }] = outcome.result.data_summary.fingerprints as [BarsFingerprint];
    expect(await readdir(join(cached().stateDir, 'bars'))).toContain(sha256);
    const [same, again, other] = await Promise.all([
      start('same'),
      start('again', { ...cached(), detailed_analytics: true, walk_forward: 3, walk_forward_gap: 6 }),
      start('other', { seed: 8 }),
    ]);
    const [without, { result }] = await Promise.all([same.outcome, again.outcome, other.outcome]);
    const first = outcome.result;
    for (const part of [
      'test_metrics',
      'validation_metrics',
      'baselines',
      'walk_forward',
      'artifacts',
    ] as const) {
      expect(JSON.stringify(result[part])).toBe(JSON.stringify(first[part]));
    }
    expect(without.result).toMatchObject({
      test_metrics: first.test_metrics,
      walk_forward: null,
      artifacts: { feature_importance: null },
    });
    for (const file of ['model.onnx', 'features.json', 'strategy.yaml']) {
      const bytes = await model('first', file);
      expect(await model('same', file)).toEqual(bytes);
      expect(await model('again', file)).toEqual(bytes);
    }
    expect((await model('other', 'model.onnx')).equals(await model('first', 'model.onnx'))).toBe(false);
  });

  test('the second training with another learning rate computes no feature, and its model is the same as without a cache', async () => {
    const strategy = strategyText().replace('learning_rate: 0.005', 'learning_rate: 0.02');
    const [second, without] = await Promise.all([
      start('second', { ...cached(), strategy }),
      start('without', { strategy }),
    ]);
    const [from, computed] = await Promise.all([second.outcome, without.outcome]);
    const preparing = ['computing indicators', 'building features', 'labelling'];
    const phasesOf = ({ updates: all }: Watched): unknown[] => all.map(({ phase }) => phase);
    expect(phasesOf(without)).toEqual(expect.arrayContaining(preparing));
    for (const phase of preparing) expect(phasesOf(second)).not.toContain(phase);
    for (const file of ['model.onnx', 'features.json', 'strategy.yaml']) {
      expect(await model('second', file)).toEqual(await model('without', file));
    }
    expect(from.warnings).toEqual(computed.warnings);
    for (const part of ['data_summary', 'test_metrics', 'baselines', 'backtest', 'verdict'] as const) {
      expect(from.result[part]).toEqual(computed.result[part]);
    }
  });

  test('with several seeds stores the model of one, which is the same as from a training with this seed alone', async () => {
    const run = await start('seeds', { seeds: 3, detailed_analytics: true });
    const { result } = await run.outcome;
    const { seeds, test_accuracy } = result.seeds!;
    expect(seeds.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    const [lowest] = seeds.toSorted((a, b) => a.val_loss - b.val_loss);
    expect(seeds.filter(({ stored }) => stored)).toEqual([lowest]);
    expect(result.session_info.seed).toBe(lowest!.seed);
    expect(result.test_metrics!.test_accuracy).toBe(lowest!.test_accuracy);
    expect(result.verdict).toMatchObject({ source: 'test_part', seeds: 3 });
    expect(result.backtest!.figures.net_return).toBe(lowest!.net_return);
    expect(test_accuracy.worst).toBe(Math.min(...seeds.map((seed) => seed.test_accuracy)));
    const alone = await start('alone', { seed: lowest!.seed, detailed_analytics: true });
    const { result: single } = await alone.outcome;
    expect(single.seeds).toBeNull();
    for (const file of ['model.onnx', 'features.json', 'strategy.yaml']) {
      expect(await model('seeds', file)).toEqual(await model('alone', file));
    }
    const epochs = (output: string): Promise<string> =>
      readFile(join(place.outputDir, output, 'analytics/alerts.txt'), 'utf8');
    expect(await epochs('seeds')).toBe(await epochs('alone'));
    for (const part of ['test_metrics', 'validation_metrics', 'artifacts'] as const) {
      expect(result[part]).toEqual(single[part]);
    }
    const training = run.updates.filter(({ phase }) => phase === 'training');
    const fractions = training.map((update) => update.phase_fraction!);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(new Set(training.map(({ current_seed }) => current_seed))).toEqual(new Set([null, 1, 2, 3]));
    expect(training.at(-1)).toMatchObject({ phase_fraction: 1, current_seed: 3, total_seeds: 3 });
  });

  test('a symbol without test rows has no accuracy and does not affect the test accuracy', async () => {
    const { outcome: both } = await start('both', {
      strategy: strategyText({ symbols: ['AAA', 'ENDED'] }),
    });
    const { result } = await both;
    const { test_accuracy } = result.test_metrics!;
    expect(result.artifacts.per_symbol_metrics).toEqual([
      {
        symbol: 'AAA',
        rows: result.data_summary.test_samples,
        test_accuracy: expect.closeTo(test_accuracy),
        baselines: Object.fromEntries(
          Object.entries(result.baselines!).map(([name, baseline]) => [name, baseline.test_accuracy]),
        ),
      },
      { symbol: 'ENDED', rows: 0, test_accuracy: null, baselines: null },
    ]);
  });

  test('fails with code, message and details', async () => {
    const { outcome: failed } = await start('failed', { symbols: ['NONE'] });
    await expect(failed).rejects.toMatchObject({
      code: 'bars_not_found',
      message: expect.stringContaining('NONE'),
      details: { symbol: 'NONE' },
    });
  });
});

describe('folds that cannot be trained', () => {
  test('are refused before training, naming the fold', async () => {
    const { outcome, updates } = await start('few', {
      strategy: strategyText({ symbols: ['AAA'], more: '  embargo: 100\n' }),
      walk_forward: 20,
    });
    await expect(outcome).rejects.toMatchObject({
      code: 'empty_split',
      message: expect.stringMatching(/^Fold 1 of 20 .* cannot be trained: .*--walk-forward/),
      details: { fold: 1, folds: 20 },
    });
    expect(updates.at(-1)!.phase).toBe('splitting');
  });
});

describe('cancelling', () => {
  const long = { strategy: strategyText({ epochs: 50_000, hiddenLayers: [128, 64] }) };

  test('ends a training within a batch and leaves no process and no model', async () => {
    const latencies: number[] = [];
    for (const output of ['round-1', 'round-2', 'round-3']) {
      const { outcome, controller, until } = await start(output, long);
      await until(({ phase, current_batch }) => phase === 'training' && current_batch !== null);
      const from = performance.now();
      controller.abort();
      await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
      latencies.push(performance.now() - from);
      expect(childProcesses()).toEqual([]);
      expect(await readdir(join(place.outputDir, output))).toEqual([]);
    }
    // the median: a busy machine may delay one of them
    expect(latencies.toSorted((a, b) => a - b)[1]).toBeLessThan(1000);
  });

  test('ends a walk-forward evaluation and leaves a checkpoint but no model', async () => {
    const checkpointDir = join(place.outputDir, 'folds-checkpoints');
    const { outcome, controller, until } = await start('folds', {
      strategy: strategyText({ epochs: 100, hiddenLayers: [128, 64] }),
      walk_forward: 5,
      checkpointDir,
      // none in passing
      checkpointEveryMs: 600_000,
    });
    const begun = until(({ phase, phase_fraction }) => phase === 'walk-forward' && phase_fraction! > 0);
    await Promise.race([begun, outcome]);
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await readdir(join(place.outputDir, 'folds'))).toEqual([]);
    expect(await readdir(checkpointDir)).toHaveLength(1);
  });

  test.each(['loading bars', 'starting engine'])('ends it while %s', async (wanted) => {
    const { outcome, controller, until } = await start(`cancelled ${wanted}`, long);
    await until(({ phase }) => phase === wanted);
    const from = performance.now();
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    // at once, not after the grace time
    expect(performance.now() - from).toBeLessThan(GRACE_MS);
  });

  test("is the parent's task after SIGINT and SIGTERM of the whole process group", async () => {
    const { outcome, controller, until } = await start('signals', long);
    await until(({ phase }) => phase === 'training');
    const [child] = childProcesses();
    expect(child!.command).toContain('trainer');
    process.kill(child!.pid, 'SIGINT');
    process.kill(child!.pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
  });

  test('by an unexpected SIGTERM is a failure', async () => {
    const { outcome, until } = await start('terminated', long);
    await until(({ phase }) => phase === 'training');
    process.kill(childProcesses()[0]!.pid, 'SIGTERM');
    await expect(outcome).rejects.toMatchObject({
      code: 'trainer_crashed',
      message: expect.stringContaining('SIGTERM'),
    });
  });
});
