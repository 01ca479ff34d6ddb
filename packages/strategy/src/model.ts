/**
 * The one internal form of a strategy, whatever grammar its file was written in.
 *
 * Words: an *indicator* turns bars into one or more output series; a *fuzzy set* turns one series into membership
 * degrees in 0..1; an *nn input* is a fuzzy set or a raw series, on some timeframes; a *feature* is one resulting
 * column, named `{timeframe}_{fuzzy set}_{membership}` or `{timeframe}_{reference}_raw`, with `_lag_{k}` for a lag.
 */
import type { Timeframe } from '@ktrdr/contracts';

/** Grammar of the file: `v1` and `v2` list their indicators, `v3` maps them. */
export type StrategyVersion = 'v1' | 'v2' | 'v3';

export interface Strategy {
  name: string;
  sourceVersion: StrategyVersion;
  description: string | null;
  /** At least one; in file order. */
  symbols: string[];
  /** At least one; in file order. */
  timeframes: Timeframe[];
  /** The clock of rows, labels and decisions; one of `timeframes`. */
  baseTimeframe: Timeframe;
  /** Bars per timeframe that are loaded before the first row, for indicators to warm up. */
  historyRequired: number;
  /** Dates of the file, as written; those of the command line come before them. */
  dateRange: { start?: string; end?: string };
  indicators: IndicatorSettings[];
  fuzzySets: FuzzySet[];
  nnInputs: NnInput[];
  /** Every feature id, in column order: the contract that is stored with a model. */
  features: string[];
  /** L: each column is repeated with lags 1..L (base bars). 0 = none. */
  lookbackPeriods: number;
  model: ModelSettings;
  training: TrainingSettings;
  decisions: DecisionSettings;
  /** Top-level sections that are carried along unread: `orchestrator`, `risk_management`, unknown keys. */
  passthrough: Record<string, unknown>;
}

export type ParameterValue = number | string | boolean;

export interface IndicatorSettings {
  /** Unique; holds no dot. */
  id: string;
  /** Canonical type: `rsi`, `bollingerbands`. */
  type: string;
  /** Every parameter of the type, defaults filled in. */
  parameters: Readonly<Record<string, ParameterValue>>;
}

/** One output series of one indicator. */
export interface SeriesReference {
  /** As written in the file: `macd_12` or `macd_12.signal`. */
  text: string;
  /** Id of the indicator. */
  indicator: string;
  /** Index into the outputs of the indicator's type. */
  output: number;
}

export const MEMBERSHIP_TYPES = ['triangular', 'trapezoidal', 'gaussian', 'sigmoid'] as const;
export type MembershipType = (typeof MEMBERSHIP_TYPES)[number];

export interface Membership {
  name: string;
  type: MembershipType;
  /** triangular a,b,c; trapezoidal a,b,c,d; gaussian mu,sigma; sigmoid centre,steepness. */
  parameters: readonly number[];
}

type PriceColumn = 'open' | 'high' | 'low' | 'close';

/** Applied to the series before fuzzification: the price divided by the indicator's value. */
export interface PriceRatioTransform {
  type: 'price_ratio';
  reference: PriceColumn;
}

export interface FuzzySet {
  id: string;
  series: SeriesReference;
  transform: PriceRatioTransform | null;
  /** In file order, at least one. */
  memberships: Membership[];
}

export type NormalisationMethod = 'minmax' | 'zscore' | 'none';

export type NnInput =
  | { kind: 'fuzzy'; fuzzySet: string; timeframes: Timeframe[] }
  | { kind: 'raw'; series: SeriesReference; timeframes: Timeframe[]; normalisation: NormalisationMethod };

export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid', 'leaky_relu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Per hidden layer: dense, activation, dropout; then dense to the outputs: logits of the classes, or a value. */
export interface MlpSettings {
  type: 'mlp';
  hiddenLayers: number[];
  activation: Activation;
  /** 0 <= p < 1. */
  dropout: number;
}

/** Recurrent layers over a window of bars, dropout between them and on the last hidden state, then dense to the outputs. */
export interface RecurrentSettings {
  type: 'lstm' | 'gru';
  /** Bars of a window; the row is that of its last bar. */
  sequenceLength: number;
  hiddenSize: number;
  layers: number;
  /** 0 <= p < 1. */
  dropout: number;
}

/** Per entry of `filters` over a window of bars: convolution over time, activation, max pooling; then as an mlp. */
export interface CnnSettings {
  type: 'cnn';
  /** Bars of a window; the row is that of its last bar. */
  sequenceLength: number;
  filters: number[];
  kernelSize: number;
  poolSize: number;
  hiddenLayers: number[];
  activation: Activation;
  /** Of the dense layers, 0 <= p < 1. */
  dropout: number;
}

export const MODEL_TYPES = ['mlp', 'lstm', 'gru', 'cnn'] as const;
export type ModelSettings = MlpSettings | RecurrentSettings | CnnSettings;

/** Stops when `monitor` has not improved by more than `minDelta` for `patience` epochs. */
export interface EarlyStoppingSettings {
  patience: number;
  minDelta: number;
  monitor: 'val_loss' | 'val_accuracy';
}

export type LearningRateSchedule =
  /** x gamma every `stepSize` epochs. */
  | { type: 'step'; stepSize: number; gamma: number }
  /** x gamma every epoch. */
  | { type: 'exponential'; gamma: number }
  /** Half a cosine from the full rate to 0 over all epochs. */
  | { type: 'cosine' }
  /** x factor when the validation loss has not improved for more than `patience` epochs. */
  | { type: 'reduce_on_plateau'; factor: number; patience: number };

/** What to write per epoch besides the result. */
export interface AnalyticsSettings {
  enabled: boolean;
  exportCsv: boolean;
  exportJson: boolean;
  exportAlerts: boolean;
}

/** What the network learns: `computeLabels` turns it into one label per base bar. */
export type LabelSettings =
  | ZigzagSettings
  | ForwardReturnSettings
  | TripleBarrierSettings
  | ContextSettings
  | RegimeSettings;

export type ZigzagSettings = {
  source: 'zigzag';
  /** Relative move of the close, 0..1: what confirms a pivot; for points, what a move must reach. */
  threshold: number;
} & (
  | { method: 'segments' }
  /** `lookahead`: bars that a label looks at. */
  | { method: 'points'; lookahead: number }
);

/** A regression's target. */
export interface ForwardReturnSettings {
  source: 'forward_return';
  /** Bars. */
  horizon: number;
}

export interface TripleBarrierSettings {
  source: 'triple_barrier';
  /** Distance of the upper barrier, in volatilities. */
  profitMultiplier: number;
  /** Distance of the lower barrier, in volatilities. */
  stopMultiplier: number;
  /** Bars until the third barrier. */
  holdingBars: number;
  /** Bars; the weights' decay is that of an average of this span. */
  volatilitySpan: number;
  /** `atr`: of high - low; `close`: of log returns. */
  volatilityMethod: 'atr' | 'close';
  /** Rows count by how much of their label is their own. */
  computeWeights: boolean;
  /** Only the events of a cusum filter have labels; `null` = all bars. */
  cusum: CusumSettings | null;
}

export interface CusumSettings {
  /** Log return; `null` = multiplier x mean volatility of the training bars. */
  threshold: number | null;
  multiplier: number;
}

/** Directions for a slower view: bullish, bearish, neutral. */
export interface ContextSettings {
  source: 'context';
  /** Bars. */
  horizon: number;
  /** Returns over the horizon; bearish <= bullish. */
  bullish: number;
  bearish: number;
}

export interface RegimeSettings {
  source: 'regime';
  /** Thresholds of the two zigzags, in median true ranges; micro < macro. */
  macroMultiplier: number;
  microMultiplier: number;
  /** Bars of the average true range, and bars ahead whose volatility is looked at. */
  atrPeriod: number;
  /** Bars that the volatility ahead is compared with. */
  volatilityLookback: number;
  /** More than so many times the volatility before is a crisis. */
  crisisThreshold: number;
  /** Least share of micro lows that rise in a trend up, 0..1. */
  progressionTolerance: number;
}

/** Shares of the labelled rows, in time order; they sum to 1. */
export interface SplitSettings {
  train: number;
  validation: number;
  test: number;
}

export const OPTIMIZERS = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;
export type Optimizer = (typeof OPTIMIZERS)[number];

/** What is minimised: one of the first two for a classification, of the last two for a regression. */
export type LossSettings =
  | { type: 'cross_entropy' }
  | { type: 'focal'; gamma: number }
  | { type: 'mse' }
  | { type: 'huber'; delta: number };

export interface TrainingSettings {
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: Optimizer;
  /** L2 penalty that is added to the gradients, as in PyTorch's Adam: `g + weightDecay * w`; adamw shrinks the weights instead. */
  weightDecay: number;
  /** Largest norm of all gradients together; `null` = not clipped. */
  gradientClip: number | null;
  earlyStopping: EarlyStoppingSettings | null;
  learningRateSchedule: LearningRateSchedule | null;
  /** Inverse class frequency of the training labels, scaled to sum to the class count. */
  classWeights: boolean;
  loss: LossSettings;
  analytics: AnalyticsSettings;
  labels: LabelSettings;
  split: SplitSettings;
  /** Rows dropped before each split edge; absent = 1 % of the labelled rows. */
  embargo?: number;
}

/** How outputs become trades. */
export type DecisionSettings = {
  positionAwareness: boolean;
  /** Hours since the last executed trade. */
  minSignalSeparation: number;
} & (ClassificationDecision | RegressionDecision);

export interface ClassificationDecision {
  outputFormat: 'classification';
  /** A highest probability below it means HOLD. */
  confidenceThreshold: number;
  allowShortFromFlat: boolean;
}

/** BUY where the predicted return is above cost x multiplier, SELL where it is below minus that. */
export interface RegressionDecision {
  outputFormat: 'regression';
  /** Relative cost of buying and selling again. */
  roundTripCost: number;
  minEdgeMultiplier: number;
}
