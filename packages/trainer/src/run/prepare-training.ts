import type { DataSummary } from '@ktrdr/contracts';
import { parseDateRange } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import { codeFingerprint } from '../checkpoints/code-fingerprint.js';
import { dataSettingsOf } from '../data/data-settings.js';
import { dataWarnings } from '../data/data-warnings.js';
import { FeatureCache, type FeatureCacheKey } from '../data/feature-cache.js';
import { fingerprintsOf, loadBars, reportBars } from '../data/load-bars.js';
import type { PreparedData } from '../data/prepare-data.js';
import { prepareDataOrAdvise } from '../data/range-advice.js';
import { summariseData } from '../data/summarise-data.js';
import type { RunProgress } from './run-progress.js';
import type { TrainingHooks, TrainingRunRequest } from './training-run.js';

/** What a training takes from its bars. */
export interface PreparedTraining {
  data: PreparedData;
  summary: DataSummary;
  warnings: string[];
}

/**
 * Loads the bars and prepares the data, or reads the prepared data from the cache: the same bytes, warnings and summary. Errors are
 * not cached.
 *
 * @throws KtrdrError with the code of the problem
 * @throws TrainingCancelledError
 */
export async function prepareTraining(
  request: TrainingRunRequest,
  strategy: Strategy,
  { clock }: Pick<TrainingHooks, 'clock'>,
  progress: RunProgress,
): Promise<PreparedTraining> {
  const loading = (done: number): Promise<void> => progress.enter('loading bars', done);
  await loading(0);
  const { start, end } = strategy.dateRange;
  const settings = {
    strategy: dataSettingsOf(strategy),
    range: parseDateRange(request.start_date ?? start, request.end_date ?? end),
    validationSplit: request.validation_split,
  };
  const cache = cacheOf(request, clock);
  const known = cache && (await fingerprintsOf(strategy, request, request.fingerprints));
  const keyOf = async (bars: FeatureCacheKey['bars']): Promise<FeatureCacheKey> => ({
    ...settings,
    bars,
    code: await codeFingerprint(),
  });
  const cached = known && ((await cache!.read(await keyOf(known))) as PreparedTraining | null);
  if (cached !== null) {
    await loading(1);
    return cached;
  }

  const loaded = await loadBars(strategy, request, request.fingerprints, loading);
  const bars = await reportBars(loaded, () => loading(1));
  const data = await prepareDataOrAdvise({ ...settings, bars: bars.symbols }, (phase, done) =>
    progress.enter(phase, done),
  );
  const prepared = {
    data,
    summary: summariseData(settings.strategy, bars, data),
    warnings: dataWarnings(settings.strategy, bars, data),
  };
  if (cache !== null) {
    await cache.write(await keyOf(bars.fingerprints), prepared, () => progress.enter('splitting', 1));
  }
  return prepared;
}

function cacheOf(
  { stateDir, featureCacheMb }: TrainingRunRequest,
  clock: TrainingHooks['clock'],
): FeatureCache | null {
  if (stateDir === undefined || featureCacheMb === 0) return null;
  return new FeatureCache(stateDir, featureCacheMb, clock);
}
