import type { EpochAnalytics } from './epoch-analytics.js';

/** A possible problem in an epoch. */
export interface TrainingAlert {
  epoch: number;
  severity: 'warning' | 'critical';
  category: string;
  message: string;
}

interface AlertRule {
  severity: TrainingAlert['severity'];
  category: string;
  /** The rule applies to later epochs than this one. */
  afterEpoch: number;
  holds(epoch: EpochAnalytics): boolean;
  message(epoch: EpochAnalytics): string;
}

const RULES: readonly AlertRule[] = [
  {
    severity: 'warning',
    category: 'vanishing_gradients',
    afterEpoch: 5,
    holds: ({ gradientNorm }) => gradientNorm.mean < 0.01,
    message: ({ gradientNorm }) =>
      `mean gradient norm ${gradientNorm.mean.toPrecision(3)} is below 0.01: the network hardly learns`,
  },
  {
    severity: 'critical',
    category: 'exploding_gradients',
    afterEpoch: 0,
    holds: ({ gradientNorm }) => gradientNorm.max > 10,
    message: ({ gradientNorm }) =>
      `greatest gradient norm ${gradientNorm.max.toPrecision(3)} is above 10: try a lower learning_rate or gradient_clip`,
  },
  {
    severity: 'warning',
    category: 'overfitting',
    afterEpoch: 0,
    holds: ({ overfitting }) => overfitting > 0.7,
    message: ({ overfitting }) =>
      `overfitting score ${overfitting.toFixed(2)} is above 0.7: try more dropout, weight_decay or more data`,
  },
  {
    severity: 'warning',
    category: 'weak_learning_signal',
    afterEpoch: 3,
    holds: ({ learningSignal }) => learningSignal === 'weak',
    message: ({ parameters }) =>
      `weak learning signal: gradients are small and the parameters moved only by ${parameters.change.toPrecision(3)}`,
  },
  {
    severity: 'warning',
    category: 'class_imbalance',
    afterEpoch: 0,
    holds: ({ classBalance }) => classBalance < 0.5,
    message: ({ classBalance }) =>
      `class balance ${classBalance.toFixed(2)} of the predictions is below 0.5: some classes are hardly ever predicted`,
  },
  {
    severity: 'warning',
    category: 'poor_validation_accuracy',
    afterEpoch: 10,
    holds: ({ valAccuracy }) => valAccuracy < 0.4,
    message: ({ valAccuracy }) => `validation accuracy ${valAccuracy.toFixed(3)} is below 0.4`,
  },
];

export function alertsOf(epoch: EpochAnalytics): TrainingAlert[] {
  return RULES.filter((rule) => epoch.epoch > rule.afterEpoch && rule.holds(epoch)).map((rule) => ({
    epoch: epoch.epoch,
    severity: rule.severity,
    category: rule.category,
    message: rule.message(epoch),
  }));
}
