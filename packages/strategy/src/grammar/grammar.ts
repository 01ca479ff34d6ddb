import type { Reader } from '../section.js';
import type { FuzzySet, IndicatorSettings, NnInput, StrategyVersion } from '../model.js';
import type { Path } from '../issues.js';
import type { TrainingData } from '../sections/symbols-and-timeframes.js';

/** The parts that the grammars write differently: indicators, fuzzy sets, and the inputs of the network. */
export interface NetworkInputs {
  indicators: IndicatorSettings[];
  fuzzySets: FuzzySet[];
  nnInputs: NnInput[];
  /** Path of each entry of `nnInputs`. */
  inputPaths: Path[];
}

/** Known top-level keys of each grammar. Some are used, others are only kept. */
const COMMON_KEYS = [
  'name',
  'description',
  'version',
  'hypothesis',
  'indicators',
  'fuzzy_sets',
  'model',
  'decisions',
];
const CARRIED_KEYS = ['training', 'orchestrator', 'risk_management', 'backtesting'];
/** All known top-level keys by grammar. */
export const TOP_LEVEL_KEYS: Readonly<Record<StrategyVersion, readonly string[]>> = {
  v1: [...COMMON_KEYS, ...CARRIED_KEYS, 'data'],
  v2: [...COMMON_KEYS, ...CARRIED_KEYS, 'training_data', 'scope', 'deployment'],
  v3: [...COMMON_KEYS, ...CARRIED_KEYS, 'training_data', 'scope', 'deployment', 'nn_inputs', 'context_data'],
};

/** Reads the inputs of one grammar. `data` is `null` if the training data have errors. Unreadable parts become `[]`. */
export type ReadNetworkInputs = (
  reader: Reader,
  data: TrainingData | null,
  timeframesGiven: boolean,
) => NetworkInputs;
