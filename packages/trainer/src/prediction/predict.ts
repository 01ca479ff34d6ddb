import { type BarPrediction, KtrdrError, type PredictRequest, type PredictResponse } from '@ktrdr/contracts';
import { describeStale, formatBarTime, parseDateRange } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import { inferModel, inputOf } from '../engines/onnx/infer-model.js';
import { loadBars } from '../data/load-bars.js';
import { syntheticWarning } from '../data/synthetic-warning.js';
import { predictedClasses } from '../evaluation/metrics.js';
import type { ModelMetadata } from '../models/model-metadata.js';
import { ModelStorage } from '../models/model-storage.js';
import { bytesOf } from '../models/read-model.js';
import { strategyToPredict, unsupportedModel } from '../models/stored-strategy.js';
import { decideByClass, decideByValue, edgeOf, softmax } from '../evaluation/decide.js';
import { type PredictionRows, predictionRows } from './prediction-rows.js';

/** Everything that one prediction needs. It is sent to its process as JSON. */
export interface PredictionRun extends Required<Pick<PredictRequest, 'symbol' | 'timeframe' | 'last'>> {
  modelsDir: string;
  dataDir: string;
  /** For the cache of bars. */
  stateDir?: string;
  strategy: string;
  version: string;
  endDate: string | null;
  /** ms since 1970. Bars that close later are ignored. */
  now: number;
}

/**
 * Predicts a symbol's newest bars with a stored model. The model's own `strategy.yaml` determines features and decisions.
 *
 * @throws KtrdrError `invalid_name`, `model_not_found`, `model_damaged`, `model_unsupported`, `wrong_timeframe`,
 * `invalid_date`, `bars_not_found`, `bars_invalid`, `not_enough_bars`, `storage_failed`
 */
export async function predict(run: PredictionRun): Promise<PredictResponse> {
  const model = await new ModelStorage(run.modelsDir).load(run.strategy, run.version);
  const { metadata } = model;
  checkTimeframe(run, metadata);
  if (metadata.range === null) {
    throw unsupportedModel(
      model,
      'it was stored by an earlier version, which did not record where its bars begin.',
    );
  }
  const strategy = { ...strategyToPredict(model), symbols: [run.symbol] };
  const { end = Infinity } = parseDateRange(undefined, run.endDate ?? undefined);
  const { symbols } = await loadBars(strategy, run, [], () => Promise.resolve());
  const [bars] = symbols;
  const rows = predictionRows({
    strategy,
    bars: bars!,
    last: run.last,
    end,
    now: run.now,
    trainingStart: metadata.range.start,
  });
  const outputs = await inferModel(bytesOf(model, 'model.onnx'), inputOf(rows.features, rows.rows.length));
  const predictions = Array.from(rows.time, (time) =>
    nothingSaid(formatBarTime(time, metadata.base_timeframe)),
  );
  const width = outputs.length / rows.rows.length;
  rows.rows.forEach((bar, row) => {
    const values = outputs.subarray(row * width, (row + 1) * width);
    if (values.every(Number.isFinite)) Object.assign(predictions[bar]!, said(values, metadata, strategy));
  });
  const { decisions } = strategy;
  return {
    model: metadata.model ?? `${run.strategy}/${run.version}`,
    symbol: run.symbol,
    timeframe: metadata.base_timeframe,
    output_type: metadata.output_type,
    classes: metadata.classes,
    confidence_threshold: decisions.outputFormat === 'classification' ? decisions.confidenceThreshold : null,
    edge: edgeOf(decisions),
    predictions,
    warnings: [...syntheticWarning(bars!.bars.values()), ...warningsOf(run, metadata, rows, predictions)],
  };
}

function checkTimeframe(
  { timeframe, strategy, version }: PredictionRun,
  { base_timeframe }: ModelMetadata,
): void {
  if (timeframe === base_timeframe) return;
  throw new KtrdrError(
    'wrong_timeframe',
    `${strategy}/${version} was trained on ${base_timeframe} bars, not on '${timeframe}': ask for ${base_timeframe}.`,
    { details: { timeframe, model_timeframe: base_timeframe } },
  );
}

function nothingSaid(time: string): BarPrediction {
  return { time, class: null, probabilities: null, value: null, decision: null };
}

/** What the outputs of one bar say. */
export function said(
  outputs: Float32Array,
  { classes }: ModelMetadata,
  { decisions }: Strategy,
): Partial<BarPrediction> {
  if (decisions.outputFormat === 'regression') {
    const value = outputs[0]!;
    return { value, decision: decideByValue(value, edgeOf(decisions)!) };
  }
  const probabilities = softmax(outputs);
  const likeliest = predictedClasses(outputs, classes.length)[0]!;
  const label = classes[likeliest]!;
  return {
    class: label,
    probabilities: Object.fromEntries(classes.map((name, index) => [name, probabilities[index]!])),
    decision: decideByClass(label, probabilities[likeliest]!, decisions.confidenceThreshold),
  };
}

function warningsOf(
  { symbol }: PredictionRun,
  { symbols, base_timeframe: timeframe }: ModelMetadata,
  { time, rows, unclosed, stale }: PredictionRows,
  predictions: readonly BarPrediction[],
): string[] {
  const bars = (count: number): string => (count === 1 ? 'bar' : 'bars');
  const missing = time.length - rows.length;
  const silent =
    predictions.filter(({ class: label, value }) => label === null && value === null).length - missing;
  return [
    ...(symbols.includes(symbol)
      ? []
      : [
          `The model was not trained on ${symbol} but on ${symbols.join(', ')}: its metrics do not apply to ${symbol}.`,
        ]),
    ...(unclosed > 0 ? [`${unclosed} newer ${bars(unclosed)} left out: not closed yet.`] : []),
    ...stale.map(
      (stretch) =>
        `${describeStale(stretch)}: without current ${stretch.timeframe} bars there is no prediction from ` +
        `${formatBarTime(stretch.from, timeframe)} to ${formatBarTime(stretch.to, timeframe)}.`,
    ),
    ...(missing > 0 ? [`${missing} ${bars(missing)} without a prediction: features are missing there.`] : []),
    ...(silent > 0
      ? [`${silent} ${bars(silent)} without a prediction: the network's outputs are not finite.`]
      : []),
  ];
}
