export { computeFeatures, featureNormalisation } from './features/compute-features.js';
export type { FeatureMatrix, NormalisationRule } from './features/compute-features.js';
export type { FeatureSettings } from './features/feature-columns.js';
export { warmUpBars } from './features/warm-up-bars.js';
export { checkIndicator } from './indicators/check-indicator.js';
export { describeIndicators } from './indicators/describe-indicators.js';
export { formatIssue, StrategyError } from './issues.js';
export { computeLabels, fitsOnTrainingBars } from './labels/compute-labels.js';
export { labelClasses } from './labels/label-classes.js';
export type { ClassLabels, Labels, ValueLabels } from './labels/labels.js';
export { pivotMoves, type PivotMoves } from './labels/zigzag.js';
export type {
  Activation,
  AnalyticsSettings,
  DecisionSettings,
  EarlyStoppingSettings,
  FuzzySet,
  IndicatorSettings,
  LabelSettings,
  LearningRateSchedule,
  Membership,
  ModelSettings,
  NnInput,
  NormalisationMethod,
  SplitSettings,
  Strategy,
  StrategyBacktestSettings,
  StrategyVersion,
  TrainingSettings,
} from './model.js';
export { networkSize, type NetworkSize } from './network-size.js';
export { parseStrategy } from './parse-strategy.js';
export { strategySchema } from './strategy-schema.js';
export { closest } from './suggest.js';
export { whyFeaturesNeedRatio } from './price-ratios.js';
export { LIMITS } from './limits.js';
export { BackgroundThread } from './thread/background-thread.js';
export { parseInThread } from './thread/parse-in-thread.js';
