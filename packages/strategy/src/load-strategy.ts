import type { StrategyIssue } from '@ktrdr/contracts';

import { readDocument } from './document.js';
import { featureColumns, featureIds } from './features/feature-columns.js';
import { warmUpBars } from './features/warm-up-bars.js';
import { detectVersion } from './grammar/detect-version.js';
import { TOP_LEVEL_KEYS } from './grammar/grammar.js';
import type { NetworkInputs, ReadNetworkInputs } from './grammar/grammar.js';
import { readListStyle } from './grammar/list-style.js';
import { readV3 } from './grammar/v3.js';
import { IssueList } from './issues.js';
import { LIMITS } from './limits.js';
import type { ModelSettings, Strategy, StrategyVersion } from './model.js';
import { networkSize } from './network-size.js';
import { Reader } from './section.js';
import { readBacktestSettings } from './sections/backtest-settings.js';
import { checkLabelsFitDecisions, readDecisions } from './sections/decisions.js';
import { readIdentity } from './sections/identity.js';
import { readLookbackPeriods, readModel } from './sections/model-settings.js';
import { checkOverrides, readDateRange, readTrainingData } from './sections/symbols-and-timeframes.js';
import type { StrategyOverrides, TrainingData } from './sections/symbols-and-timeframes.js';
import { readTraining } from './sections/training-settings.js';

/** Options of `loadStrategy`. */
export interface LoadOptions {
  /** Name of the file for messages, as the user typed it. */
  file: string;
  overrides?: StrategyOverrides;
}

/** The readable parts of a file, however broken it is. */
export interface LoadedStrategy {
  /** `null` if there are errors. */
  strategy: Strategy | null;
  version: StrategyVersion | null;
  /** The name as written, if there is one. */
  name: string | null;
  issues: StrategyIssue[];
}

const GRAMMARS: Readonly<Record<StrategyVersion, ReadNetworkInputs>> = {
  v1: readListStyle,
  v2: readListStyle,
  v3: readV3,
};

/** Top-level keys that the model represents. All others are kept unchanged. */
const MODELLED = new Set([
  'name',
  'description',
  'data',
  'training_data',
  'indicators',
  'fuzzy_sets',
  'nn_inputs',
  'model',
  'training',
  'decisions',
  'backtesting',
  'risk_management',
  'orchestrator',
]);

/**
 * Reads a file of any grammar into the common model and collects all problems.
 *
 * @throws KtrdrError `invalid_name` or `invalid_request` for invalid overrides
 */
export function loadStrategy(text: string, { file, overrides = {} }: LoadOptions): LoadedStrategy {
  checkOverrides(overrides);
  const issues = new IssueList(file);
  const document = readDocument(text, issues);
  if (document === null) return { strategy: null, version: null, name: null, issues: issues.sorted() };
  const reader = new Reader(document, issues);
  const version = detectVersion(reader);
  const strategy = version === null ? null : readStrategy(reader, version, overrides);
  const name = document.get(['name']);
  return {
    strategy: issues.errorCount === 0 ? strategy : null,
    version,
    name: typeof name === 'string' ? name : null,
    issues: issues.sorted(),
  };
}

function readStrategy(
  reader: Reader,
  version: StrategyVersion,
  overrides: StrategyOverrides,
): Strategy | null {
  reader.warnUnknown([], TOP_LEVEL_KEYS[version]);
  const identity = readIdentity(reader);
  const data = readTrainingData(reader, version, overrides);
  const dateRange = readDateRange(reader);
  const inputs = GRAMMARS[version](reader, data, overrides.timeframes !== undefined);
  const lookbackPeriods = readLookbackPeriods(reader, version);
  const model = readModel(reader, version);
  const decisions = readDecisions(reader, version);
  const backtest = readBacktestSettings(reader, decisions);
  const training = readTraining(reader, version, decisions?.outputFormat ?? 'classification');
  if (training !== null && decisions !== null) checkLabelsFitDecisions(reader, training.labels, decisions);
  if (data === null || lookbackPeriods === null) return null;
  const features = readFeatures(reader, version, data, inputs, lookbackPeriods);
  if (features === null || model === null) return null;
  checkNetworkSize(reader, model, features.length, training?.batchSize);
  if (identity === null || training === null || decisions === null || reader.issues.errorCount > 0)
    return null;
  const strategy: Strategy = {
    ...identity,
    ...data,
    sourceVersion: version,
    dateRange,
    indicators: inputs.indicators,
    fuzzySets: inputs.fuzzySets,
    nnInputs: inputs.nnInputs,
    features,
    lookbackPeriods,
    model,
    training,
    decisions,
    backtest,
    passthrough: carriedSections(reader),
  };
  warnOfShortHistory(reader, strategy);
  return strategy;
}

/** Ids of all columns. Reports duplicates, a strategy without any, and too many. */
function readFeatures(
  reader: Reader,
  version: StrategyVersion,
  data: TrainingData,
  inputs: NetworkInputs,
  lookbackPeriods: number,
): string[] | null {
  const source = { sourceVersion: version, timeframes: data.timeframes, fuzzySets: inputs.fuzzySets };
  const seen = new Map<string, number>();
  inputs.nnInputs.forEach((input, index) => {
    const ids = featureColumns({ ...source, nnInputs: [input] }).map(({ id }) => id);
    const repeated = ids.find((id, at) => seen.has(id) || ids.indexOf(id) < at);
    if (repeated !== undefined) {
      const other = seen.has(repeated) ? `, which input ${seen.get(repeated)! + 1} already gives` : ' twice';
      reader.error(inputs.inputPaths[index]!, `gives the feature ${repeated}${other}; list each input once`);
    }
    for (const id of ids) if (!seen.has(id)) seen.set(id, index);
  });
  const columns = featureColumns({ ...source, nnInputs: inputs.nnInputs });
  const count = columns.length * (1 + lookbackPeriods);
  if (columns.length === 0) {
    if (reader.issues.errorCount === 0) {
      reader.error(
        ['fuzzy_sets'],
        'gives no feature; the network needs at least one fuzzy set on an indicator',
      );
    }
    return null;
  }
  if (count > LIMITS.features) {
    const lags = lookbackPeriods === 0 ? '' : ` (${columns.length} and their ${lookbackPeriods} lags)`;
    const path = version === 'v3' ? ['nn_inputs'] : ['fuzzy_sets'];
    reader.error(path, `gives ${count} features${lags}; at most ${LIMITS.features} are allowed`);
    return null;
  }
  return featureIds(columns, lookbackPeriods);
}

/** Number of outputs for the size check. Outputs are few and never make a network large. */
const CLASSES = 4;

/**
 * Layers within their limits can still add up to a network that does not fit into memory, or to batches that take too
 * long to cancel.
 */
function checkNetworkSize(
  reader: Reader,
  model: ModelSettings,
  inputs: number,
  batchSize: number | undefined,
): void {
  const { weights, multiplications } = networkSize(model, inputs, CLASSES);
  const path = ['model', 'architecture', ...('hiddenLayers' in model ? ['hidden_layers'] : [])];
  if (weights > LIMITS.networkWeights) {
    reader.error(
      path,
      `gives a network with ${weights} weights; at most ${LIMITS.networkWeights} are allowed`,
    );
    return;
  }
  const most = Math.max(1, Math.floor(LIMITS.batchMultiplications / multiplications));
  if (batchSize === undefined || batchSize <= most) return;
  reader.error(
    path,
    `needs ${multiplications} multiplications per row, too many for batches of ${batchSize} rows; use a batch_size of at most ${most}, or a smaller network`,
  );
}

function warnOfShortHistory(reader: Reader, strategy: Strategy): void {
  const [timeframe, bars] = [...warmUpBars(strategy)].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (bars <= strategy.historyRequired) return;
  const path = [strategy.sourceVersion === 'v1' ? 'data' : 'training_data', 'history_required'];
  const given = `${strategy.historyRequired} bars are loaded before the first row`;
  reader.warn(path, `${given}, but the indicators need ${bars} on ${timeframe}; the first rows are dropped`);
}

function carriedSections(reader: Reader): Record<string, unknown> {
  const root = reader.document.root as Record<string, unknown>;
  return Object.fromEntries(Object.entries(root).filter(([key]) => !MODELLED.has(key)));
}
