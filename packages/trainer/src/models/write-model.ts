import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bestUninformed,
  type ModelOutputType,
  type ModelTestPart,
  type Timeframe,
  type TrainingResult,
} from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import type { LabelSettings, Strategy } from '@ktrdr/strategy';
import { sha256 } from '../files/checksum.js';
import { engineVersion, versionIn } from '../engines/engine-version.js';
import { toJson } from '../files/json.js';
import { modelGraph } from '../engines/onnx/model-graph.js';
import { softmax } from '../evaluation/decide.js';
import { inferModel, inputOf } from '../engines/onnx/infer-model.js';
import { type ModelInterface, modelInterface, onnxMetadata } from './model-interface.js';
import type { SampleRow } from './sample-row.js';
import { MODEL_FORMAT, type ModelMetadata } from './model-metadata.js';
import { architectureOf, type ModelSpec, parameterCount } from '../network/model-spec.js';
import type { FittedNormalisation } from '../data/normalisation.js';
import { storageError } from '../files/storage-error.js';

/** A trained model and everything that is stored with it. */
export interface TrainedModel {
  strategy: Strategy;
  strategyText: string;
  spec: ModelSpec;
  /** Flat, in the order of `parameterLayout(spec)`. */
  parameters: Float32Array;
  /** One for each feature. */
  normalisation: readonly FittedNormalisation[];
  classes: readonly string[];
  testPart: ModelTestPart;
  sample: SampleRow;
  result: TrainingResult;
  /** ms since 1970 */
  createdAt: number;
}

/**
 * Writes a model's files into a new folder, `metadata.json` last. The same seed and bars give the same bytes of `model.onnx`.
 *
 * @throws KtrdrError `disk_full`, `storage_failed`
 */
export async function writeModel(directory: string, model: TrainedModel): Promise<void> {
  const { spec, classes, strategy, sample } = model;
  const description = modelInterface(spec, classes);
  const metadataTexts = onnxMetadata(description, strategy.features);
  const graph = modelGraph(spec, model.parameters, model.normalisation, metadataTexts);
  const outputs = await inferModel(graph, inputOf(sample.input, 1));
  const files: Record<string, string | Uint8Array> = {
    'model.onnx': graph,
    'strategy.yaml': model.strategyText,
    'features.json': toJson({
      ...featuresOf(model),
      ...description,
      sample: sampleOf(sample, outputs, description, strategy.baseTimeframe),
    }),
    'metrics.json': toJson(metricsOf(model.result)),
  };
  const checksums = Object.fromEntries(
    Object.entries(files).map(([file, content]) => [file, sha256(content)]),
  );
  const metadata = toJson(metadataOf(model, checksums));
  try {
    await mkdir(directory, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(directory, file), content);
    await writeFile(join(directory, 'metadata.json'), metadata);
  } catch (error) {
    throw storageError(error, `writing the model into ${directory}`);
  }
}

/** Content of `features.json`: how to compute the network's input, and the meaning of its outputs. */
function featuresOf({ strategy, normalisation, classes }: TrainedModel): object {
  return {
    feature_count: strategy.features.length,
    features: strategy.features.map((name, column) => ({ name, normalisation: normalisation[column] })),
    classes,
    base_timeframe: strategy.baseTimeframe,
    timeframes: strategy.timeframes,
    lookback_periods: strategy.lookbackPeriods,
    history_required: strategy.historyRequired,
  };
}

/** A sample with more values would be most of `features.json`. */
const MOST_SAMPLE_VALUES = 100_000;

/** A row to check another program with: it must get these outputs from this input. `null` if the row is too long. */
function sampleOf(
  { symbol, time, input }: SampleRow,
  outputs: Float32Array,
  { output }: ModelInterface,
  timeframe: Timeframe,
): object | null {
  if (input.length > MOST_SAMPLE_VALUES) return null;
  return {
    symbol,
    time: formatBarTime(time, timeframe),
    input: [...input],
    outputs: [...outputs],
    probabilities: output.softmax ? softmax(outputs) : null,
  };
}

function metricsOf(result: TrainingResult): object {
  const {
    training_metrics,
    validation_metrics,
    test_metrics,
    baselines,
    seeds,
    walk_forward,
    verdict,
    backtest,
    artifacts,
    data_summary,
  } = result;
  return {
    training_metrics,
    validation_metrics,
    test_metrics,
    baselines,
    seeds,
    walk_forward,
    verdict,
    backtest,
    per_symbol_metrics: artifacts.per_symbol_metrics,
    feature_importance: artifacts.feature_importance,
    data_summary,
  };
}

function metadataOf(model: TrainedModel, checksums: Record<string, string>): ModelMetadata {
  const { strategy, spec, result } = model;
  const { data_summary, resource_usage, session_info } = result;
  return {
    format: MODEL_FORMAT,
    model: null,
    version: null,
    strategy_name: strategy.name,
    strategy_version: strategy.sourceVersion,
    symbols: strategy.symbols,
    timeframes: strategy.timeframes as Timeframe[],
    base_timeframe: strategy.baseTimeframe,
    model_type: spec.type,
    architecture: architectureOf(spec),
    parameters_count: parameterCount(spec),
    output_type: outputTypeOf(strategy.training.labels.source),
    classes: [...model.classes],
    feature_count: strategy.features.length,
    engine: resource_usage.engine,
    device: resource_usage.device,
    seed: session_info.seed,
    operation_id: session_info.operation_id,
    start_date: data_summary.start_date,
    end_date: data_summary.end_date,
    range: { start: session_info.start_date, end: session_info.end_date },
    test_part: model.testPart,
    synthetic_bars: data_summary.synthetic,
    fingerprints: data_summary.fingerprints,
    versions: {
      ktrdr: versionIn('../../package.json'),
      node: process.versions.node,
      engine: engineVersion(resource_usage.engine),
    },
    test_accuracy: result.test_metrics?.test_accuracy ?? null,
    baseline_accuracy: bestBaseline(result.baselines),
    verdict: result.verdict?.label ?? null,
    created_at: new Date(model.createdAt).toISOString(),
    checksums,
  };
}

function outputTypeOf(source: LabelSettings['source']): ModelOutputType {
  switch (source) {
    case 'zigzag':
    case 'triple_barrier':
      return 'classification';
    case 'forward_return':
      return 'regression';
    case 'context':
    case 'regime':
      return `${source}_classification`;
  }
}

function bestBaseline(baselines: TrainingResult['baselines']): number | null {
  if (baselines === null) return null;
  const accuracies = Object.entries(baselines).map(([name, { test_accuracy }]) => [name, test_accuracy]);
  return bestUninformed(Object.fromEntries(accuracies));
}
