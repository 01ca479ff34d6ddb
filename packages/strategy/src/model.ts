/**
 * The internal model of a strategy, independent of the file's grammar.
 *
 * Terms: an *indicator* turns bars into one or more output series; a *fuzzy set* turns one series into membership
 * degrees in 0..1; an *nn input* is a fuzzy set or a raw series, on some timeframes; a *feature* is one resulting
 * column, named `{timeframe}_{fuzzy set}_{membership}` or `{timeframe}_{reference}_raw`, with `_lag_{k}` for a lag.
 */
import type { PositionSizing, Timeframe, TradingCosts } from '@ktrdr/contracts';

/** Grammar of the file: in `v1` and `v2`, indicators are a list; in `v3`, a map. */
export type StrategyVersion = 'v1' | 'v2' | 'v3';

/** A checked strategy. */
export interface Strategy {
  name: string;
  sourceVersion: StrategyVersion;
  description: string | null;
  /** At least one, in file order. */
  symbols: string[];
  /** At least one, in file order. */
  timeframes: Timeframe[];
  /** Timeframe of rows, labels and decisions; one of `timeframes`. */
  baseTimeframe: Timeframe;
  /** Number of bars per timeframe loaded before the first row, so that indicators can warm up. */
  historyRequired: number;
  /** Dates of the file, as written. Dates of the command line take precedence. */
  dateRange: { start?: string; end?: string };
  indicators: IndicatorSettings[];
  fuzzySets: FuzzySet[];
  nnInputs: NnInput[];
  /** All feature ids in column order. They are stored with a model and must match when it is used. */
  features: string[];
  /** L: each column is repeated with lags of 1..L base bars. 0 = no lags. */
  lookbackPeriods: number;
  model: ModelSettings;
  training: TrainingSettings;
  decisions: DecisionSettings;
  backtest: StrategyBacktestSettings;
  /** Top-level keys that are kept but not used: `version`, `deployment`, unknown keys. */
  passthrough: Record<string, unknown>;
}

/** Value of an indicator parameter. */
export type ParameterValue = number | string | boolean;

/** One indicator of a strategy. */
export interface IndicatorSettings {
  /** Unique, without dots. */
  id: string;
  /** Canonical type: `rsi`, `bollingerbands`. */
  type: string;
  /** All parameters of the type, with defaults filled in. */
  parameters: Readonly<Record<string, ParameterValue>>;
}

/** One output series of one indicator. */
export interface SeriesReference {
  /** As written in the file: `macd_12` or `macd_12.signal`. */
  text: string;
  /** Id of the indicator. */
  indicator: string;
  /** Index in the outputs of the indicator's type. */
  output: number;
}

/** Shapes of membership functions. */
export const MEMBERSHIP_TYPES = ['triangular', 'trapezoidal', 'gaussian', 'sigmoid'] as const;
/** Shape of a membership function. */
export type MembershipType = (typeof MEMBERSHIP_TYPES)[number];

/** One membership function of a fuzzy set. */
export interface Membership {
  name: string;
  type: MembershipType;
  /** triangular a,b,c; trapezoidal a,b,c,d; gaussian mu,sigma; sigmoid centre,steepness. */
  parameters: readonly number[];
}

type PriceColumn = 'open' | 'high' | 'low' | 'close';

/** Divides the price by the indicator's value before fuzzification. */
export interface PriceRatioTransform {
  type: 'price_ratio';
  reference: PriceColumn;
}

/** A fuzzy set on one series. */
export interface FuzzySet {
  id: string;
  series: SeriesReference;
  transform: PriceRatioTransform | null;
  /** At least one, in file order. */
  memberships: Membership[];
}

/** How a raw input is scaled. */
export type NormalisationMethod = 'minmax' | 'zscore' | 'none';

/** One input of the network. */
export type NnInput =
  | { kind: 'fuzzy'; fuzzySet: string; timeframes: Timeframe[] }
  | { kind: 'raw'; series: SeriesReference; timeframes: Timeframe[]; normalisation: NormalisationMethod };

/** Activation functions of the hidden layers. */
export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid', 'leaky_relu'] as const;
/** Activation function of the hidden layers. */
export type Activation = (typeof ACTIVATIONS)[number];

/** Per hidden layer: dense, activation, dropout. Then dense to the outputs: logits of the classes, or a value. */
export interface MlpSettings {
  type: 'mlp';
  hiddenLayers: number[];
  activation: Activation;
  /** Probability, 0 <= p < 1. */
  dropout: number;
}

/**
 * Recurrent layers over a window of bars, with dropout between them and on the last hidden state. Then dense to the
 * outputs.
 */
export interface RecurrentSettings {
  type: 'lstm' | 'gru';
  /** Bars in the window. The row of a window is that of its last bar. */
  sequenceLength: number;
  hiddenSize: number;
  layers: number;
  /** Probability, 0 <= p < 1. */
  dropout: number;
}

/**
 * For each entry of `filters`, over a window of bars: convolution over time, activation, max pooling. Then as in an
 * MLP.
 */
export interface CnnSettings {
  type: 'cnn';
  /** Bars in the window. The row of a window is that of its last bar. */
  sequenceLength: number;
  filters: number[];
  kernelSize: number;
  poolSize: number;
  hiddenLayers: number[];
  activation: Activation;
  /** Probability for the dense layers, 0 <= p < 1. */
  dropout: number;
}

/** Kinds of networks. */
export const MODEL_TYPES = ['mlp', 'lstm', 'gru', 'cnn'] as const;
/** Architecture of the network. */
export type ModelSettings = MlpSettings | RecurrentSettings | CnnSettings;

/** Stops if `monitor` has not improved by more than `minDelta` for `patience` epochs. */
export interface EarlyStoppingSettings {
  patience: number;
  minDelta: number;
  monitor: 'val_loss' | 'val_accuracy';
}

/** How the learning rate changes over the epochs. */
export type LearningRateSchedule =
  /** Multiplies by gamma every `stepSize` epochs. */
  | { type: 'step'; stepSize: number; gamma: number }
  /** Multiplies by gamma every epoch. */
  | { type: 'exponential'; gamma: number }
  /** Half a cosine, from the full rate to 0 over all epochs. */
  | { type: 'cosine' }
  /** Multiplies by factor if the validation loss has not improved for more than `patience` epochs. */
  | { type: 'reduce_on_plateau'; factor: number; patience: number };

/** What to write per epoch, besides the result. */
export interface AnalyticsSettings {
  enabled: boolean;
  exportCsv: boolean;
  exportJson: boolean;
  exportAlerts: boolean;
}

/** What the network learns: `computeLabels` turns these settings into one label per base bar. */
export type LabelSettings =
  | ZigzagSettings
  | ForwardReturnSettings
  | TripleBarrierSettings
  | ContextSettings
  | RegimeSettings;

/** Labels from a zigzag on the closes. */
export type ZigzagSettings = {
  source: 'zigzag';
  /**
   * Relative move of the close, 0..1. For segments, the move that confirms a pivot; for points, the move that a label
   * requires.
   */
  threshold: number;
} & (
  | { method: 'segments' }
  /** `lookahead`: number of bars that a label looks ahead. */
  | { method: 'points'; lookahead: number }
);

/** Target of a regression. */
export interface ForwardReturnSettings {
  source: 'forward_return';
  /** Bars until the target. */
  horizon: number;
}

/** Labels by the first of three barriers that the price touches. */
export interface TripleBarrierSettings {
  source: 'triple_barrier';
  /** Distance of the upper barrier, in multiples of the volatility. */
  profitMultiplier: number;
  /** Distance of the lower barrier, in multiples of the volatility. */
  stopMultiplier: number;
  /** Number of bars until the third barrier. */
  holdingBars: number;
  /** Span of the exponential average of the volatility, in bars. */
  volatilitySpan: number;
  /** `atr`: volatility of high - low; `close`: of log returns. */
  volatilityMethod: 'atr' | 'close';
  /** Weight rows by the uniqueness of their label. */
  computeWeights: boolean;
  /** Label only the events of a CUSUM filter; `null` = all bars. */
  cusum: CusumSettings | null;
}

/** Settings of the CUSUM filter. */
export interface CusumSettings {
  /** Log return; `null` = multiplier x mean volatility of the training bars. */
  threshold: number | null;
  multiplier: number;
}

/** Labels the direction over a longer horizon: bullish, bearish, neutral. */
export interface ContextSettings {
  source: 'context';
  /** Bars until the return is measured. */
  horizon: number;
  /** Thresholds of the return over the horizon; bearish <= bullish. */
  bullish: number;
  bearish: number;
}

/** Labels of the market regime. */
export interface RegimeSettings {
  source: 'regime';
  /** Thresholds of the two zigzags, in median true ranges; micro < macro. */
  macroMultiplier: number;
  microMultiplier: number;
  /** Bars in the average true range, and number of bars ahead whose volatility is measured. */
  atrPeriod: number;
  /** Number of previous bars that the volatility ahead is compared with. */
  volatilityLookback: number;
  /** A volatility ahead above this multiple of the previous one is a crisis. */
  crisisThreshold: number;
  /** Minimum share of rising micro lows in an upward trend, 0..1. */
  progressionTolerance: number;
}

/** Shares of the labelled rows, in time order. They add up to 1. */
export interface SplitSettings {
  train: number;
  validation: number;
  test: number;
}

/** Names of the optimizers. */
export const OPTIMIZERS = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;
/** Name of an optimizer. */
export type Optimizer = (typeof OPTIMIZERS)[number];

/** The loss function: one of the first two for a classification, one of the last two for a regression. */
export type LossSettings =
  | { type: 'cross_entropy' }
  | { type: 'focal'; gamma: number }
  | { type: 'mse' }
  | { type: 'huber'; delta: number };

/** Settings of the training loop. */
export interface TrainingSettings {
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: Optimizer;
  /**
   * L2 penalty added to the gradients, as in PyTorch's Adam: `g + weightDecay * w`. With adamw, the weights shrink
   * instead.
   */
  weightDecay: number;
  /** Maximum norm of all gradients together; `null` = no clipping. */
  gradientClip: number | null;
  earlyStopping: EarlyStoppingSettings | null;
  learningRateSchedule: LearningRateSchedule | null;
  /** Weight classes by their inverse frequency in the training labels, scaled to add up to the number of classes. */
  classWeights: boolean;
  loss: LossSettings;
  analytics: AnalyticsSettings;
  labels: LabelSettings;
  split: SplitSettings;
  /** Number of rows dropped before each split edge; by default 1 % of the labelled rows. */
  embargo?: number;
}

/** How outputs become trading decisions. */
export type DecisionSettings = {
  positionAwareness: boolean;
  /** Minimum time since the last executed trade, in hours. */
  minSignalSeparation: number;
  /** Whether a SELL without a position opens a short position. Otherwise it is a HOLD. */
  allowShortFromFlat: boolean;
} & (ClassificationDecision | RegressionDecision);

/** Decision rules of a classification. */
export interface ClassificationDecision {
  outputFormat: 'classification';
  /** If the highest probability is lower, the decision is HOLD. */
  confidenceThreshold: number;
}

/** BUY if the predicted return is above cost x multiplier, SELL if it is below its negative. */
export interface RegressionDecision {
  outputFormat: 'regression';
  /** Relative cost of buying and selling. */
  roundTripCost: number;
  minEdgeMultiplier: number;
}

/** What a file says about backtests. A missing key has the backtest's default. Costs are for each side. */
export interface StrategyBacktestSettings extends Partial<TradingCosts> {
  /** In the currency of the prices. */
  capital?: number;
  sizing?: PositionSizing;
  /** Distance from the entry price, 0.02 = 2 %. */
  stopLoss?: number;
  takeProfit?: number;
  /** Replaces `confidenceThreshold` of the decisions. */
  confidenceThreshold?: number;
}
