import { type BacktestSettings, backtestSettings, validateSettings } from '@ktrdr/backtest';
import { KtrdrError, type Timeframe } from '@ktrdr/contracts';
import { type DateRange, formatBarTime, parseDateRange } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import type { ModelMetadata } from '../models/model-metadata.js';
import { ModelStorage } from '../models/model-storage.js';
import type { ReadModel } from '../models/read-model.js';
import { strategyToPredict, unsupportedModel } from '../models/stored-strategy.js';

/** Everything that one backtest needs. It is sent to its process as JSON. */
export interface BacktestRun {
  modelsDir: string;
  dataDir: string;
  /** For the cache of bars. */
  stateDir?: string;
  strategy: string;
  version: string;
  /** `null`: those of the model. */
  symbols: string[] | null;
  /** `null`: that of the model. */
  timeframe: string | null;
  /** `YYYY-MM-DD` or ISO 8601, included; `null`: from the test part on, or to the last bar. */
  startDate: string | null;
  endDate: string | null;
  /** Replace those of the strategy. */
  settings: Partial<BacktestSettings>;
  /** The range may include bars that the model was trained or selected on. */
  inSample: boolean;
  /** ms since 1970. Bars that close later are ignored. */
  now: number;
}

/** A run that can be computed: everything is checked that can be checked without reading bars. */
export interface CheckedBacktest {
  model: ReadModel;
  /** `strategy/timeframe_vN` */
  name: string;
  /** With the symbols of the run. */
  strategy: Strategy;
  settings: BacktestSettings;
  /** Symbols that the model was not trained on. */
  untrained: string[];
  timeframe: Timeframe;
  range: Required<Pick<DateRange, 'start'>> & DateRange;
  /** The range includes bars that the model was trained or selected on. */
  inSample: boolean;
  /** Start of the training's range, as requested; `null`: the first bar. */
  trainingStart: string | null;
}

/**
 * Checks a run before anything is started.
 *
 * @throws KtrdrError `invalid_name`, `model_not_found`, `model_damaged`, `model_unsupported`, `no_decisions`, `wrong_timeframe`,
 * `invalid_date`, `invalid_date_range`, `range_in_sample`, `invalid_request`, `storage_failed`
 */
export async function checkBacktest(run: BacktestRun): Promise<CheckedBacktest> {
  const model = await new ModelStorage(run.modelsDir).load(run.strategy, run.version);
  const { metadata } = model;
  const name = metadata.model ?? `${run.strategy}/${run.version}`;
  const { range: trained, test_part: testPart } = metadata;
  if (trained === null || testPart === null) {
    throw unsupportedModel(model, 'it was stored by an earlier version, which did not record its test rows.');
  }
  checkDecisions(name, metadata);
  checkTimeframe(name, run, metadata);
  const symbols = [...new Set(run.symbols ?? metadata.symbols)];
  const strategy = { ...strategyToPredict(model), symbols };
  const settings = backtestSettings(strategy, run.settings);
  validateSettings(settings);
  const { range, inSample } = rangeOf(name, run, metadata, Date.parse(testPart.start));
  return {
    model,
    name,
    strategy,
    settings,
    untrained: symbols.filter((symbol) => !metadata.symbols.includes(symbol)),
    timeframe: metadata.base_timeframe,
    range,
    inSample,
    trainingStart: trained.start,
  };
}

function checkDecisions(name: string, { output_type: output, classes }: ModelMetadata): void {
  if (output === 'classification' || output === 'regression') return;
  throw new KtrdrError(
    'no_decisions',
    `${name} predicts ${classes.join(', ')}, which are not decisions to buy or sell. Backtest a model with other labels.`,
    { details: { output_type: output } },
  );
}

function checkTimeframe(name: string, { timeframe }: BacktestRun, { base_timeframe }: ModelMetadata): void {
  if (timeframe === null || timeframe === base_timeframe) return;
  throw new KtrdrError(
    'wrong_timeframe',
    `${name} was trained on ${base_timeframe} bars, not on '${timeframe}': ask for ${base_timeframe}.`,
    { details: { timeframe, model_timeframe: base_timeframe } },
  );
}

/** The requested range, and whether the model has seen a part of it. @param testStart ms UTC */
function rangeOf(
  name: string,
  { startDate, endDate, inSample }: BacktestRun,
  { start_date, base_timeframe }: ModelMetadata,
  testStart: number,
): Pick<CheckedBacktest, 'range' | 'inSample'> {
  const asked = parseDateRange(startDate ?? undefined, endDate ?? undefined);
  const { start = testStart, end } = asked;
  const first = formatBarTime(testStart, base_timeframe);
  if (end !== undefined && end < start) {
    throw new KtrdrError(
      'invalid_date_range',
      `The end date ${endDate} is before ${first}, where the test part of ${name} begins. Give a start date too.`,
      { details: { end_date: endDate, first_unseen: first } },
    );
  }
  const touches = start < testStart && (end ?? Infinity) >= Date.parse(start_date);
  if (touches && !inSample) {
    throw new KtrdrError(
      'range_in_sample',
      `${name} was trained and chosen on bars before ${first}, and a backtest on them says nothing about the future. ` +
        `Start at ${first} or later, or allow these bars with --in-sample (in_sample: true).`,
      { details: { first_unseen: first } },
    );
  }
  return { range: { start, ...(end === undefined ? {} : { end }) }, inSample: touches };
}
