import * as z from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import { OPTIMIZERS } from '../model.js';
import type {
  AnalyticsSettings,
  DecisionSettings,
  EarlyStoppingSettings,
  LearningRateSchedule,
  SplitSettings,
  StrategyVersion,
  TrainingSettings,
} from '../model.js';
import { choice, describe, flag, real, whole } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';
import { readLabels } from './labels.js';
import { chooseLoss, LOSS_TYPES } from './loss.js';

/** Settings in `training` or, in older files, in `model.training`. The former take precedence. */
const SCALARS = z.object({
  epochs: whole(1, LIMITS.epochs)
    .default(100)
    .describe('Maximum number of epochs: passes over the training rows.'),
  batch_size: whole(1, LIMITS.batchSize).default(32).describe('Rows in one batch, for one training step.'),
  learning_rate: real(LIMITS.learningRate).default(0.001).describe('Step size of the optimizer.'),
  optimizer: choice(OPTIMIZERS).default('adam').describe('The optimizer. sgd has a momentum of 0.9.'),
  weight_decay: real({ min: 0, max: LIMITS.weightDecay })
    .optional()
    .describe('L2 penalty; with adamw the weights shrink instead. Default 0.0001, 0 for a regression.'),
  gradient_clip: z
    .union([z.null(), z.literal(false), real({ min: 0, max: LIMITS.gradientClip })], {
      error: (issue) =>
        `is ${describe(issue.input)}; must be the maximum gradient norm, or 0 for no clipping`,
    })
    .default(1)
    .describe('Largest norm of the whole gradient; 0 for no clipping.'),
  loss: z
    .preprocess(plainLossName, choice(LOSS_TYPES).optional())
    .describe('Loss function. Classes: cross_entropy (default), focal. A regression: huber (default), mse.'),
  focal_gamma: real({ min: 0, max: LIMITS.focalGamma })
    .default(2)
    .describe(
      'Loss focal: how strongly to reduce the weight of rows that the network already predicts well.',
    ),
  huber_delta: real({ above: 0 })
    .default(0.01)
    .describe('Loss huber: errors above this value count linearly instead of squared.'),
  class_weights: z
    .preprocess(balancedAsTrue, flag())
    .default(false)
    .describe(
      'Weights classes by their inverse frequency. Rare classes are found more often; accuracy and probabilities get worse.',
    ),
});
const EARLY_STOPPING = z.object({
  enabled: flag().default(true).describe('Whether training may stop early.'),
  patience: whole(1, LIMITS.patience)
    .default(10)
    .describe('Epochs without an improvement before training stops.'),
  min_delta: real({ min: 0 }).default(0.001).describe('Smallest change that counts as an improvement.'),
  monitor: choice(['val_loss', 'val_accuracy']).default('val_loss').describe('What must improve.'),
});
const SCHEDULE = z.object({
  enabled: flag().default(true).describe('Whether the learning rate changes.'),
  type: z
    .preprocess(plainScheduleName, choice(['step', 'exponential', 'cosine', 'reduce_on_plateau']))
    .describe('How the learning rate falls.'),
  step_size: whole(1, LIMITS.stepSize).default(30).describe('Type step: epochs between two steps.'),
  gamma: real({ above: 0, max: 1 })
    .optional()
    .describe('Factor of each step (default 0.1), or of each epoch of type exponential (default 0.95).'),
  factor: real({ above: 0, below: 1 })
    .default(0.5)
    .describe('Type reduce_on_plateau: factor of each reduction.'),
  patience: whole(0, LIMITS.patience)
    .default(5)
    .describe('Type reduce_on_plateau: epochs without an improvement before a reduction.'),
});
const ANALYTICS = z.object({
  enabled: flag().default(false).describe('Whether a training writes a folder with its curves and a report.'),
  export_csv: flag().default(true).describe('Write metrics.csv.'),
  export_json: flag().default(true).describe('Write detailed_metrics.json.'),
  export_alerts: flag().default(true).describe('Write alerts.txt.'),
});
const METHOD = choice(['supervised']).describe('How the network learns.');
const EMBARGO = whole(0, LIMITS.embargo)
  .optional()
  .describe('Rows that are left out before each cut. Default: 1 % of the rows.');
const SHARE = real({ above: 0, below: 1 });
const SPLIT = z.object({
  train: SHARE.describe('Share of the rows that the network learns from.'),
  validation: SHARE.describe('Share of the rows that choose the best epoch.'),
  test: SHARE.optional().describe('Share of the rows that measure the model. Default: the rest.'),
});

/** Schema of the section without its labels, for the description of the grammar. */
export const TRAINING = SCALARS.extend({
  method: METHOD.default('supervised'),
  data_split: SPLIT.optional().describe(
    'Shares of the training, validation and test part, in time order. Default: 0.7, 0.15, 0.15.',
  ),
  embargo: EMBARGO,
  early_stopping: z
    .union([z.boolean(), EARLY_STOPPING])
    .optional()
    .describe('Ends a training that no longer improves. Without it, all epochs run.'),
  lr_scheduler: z
    .union([z.literal(false), z.literal('none'), SCHEDULE])
    .optional()
    .describe('Changes the learning rate during the training. Without it, the learning rate is constant.'),
  analytics: z
    .union([z.boolean(), ANALYTICS])
    .optional()
    .describe('Writes curves and a report into STATE_DIR. Without it, nothing is written.'),
});

const SECTIONS = ['early_stopping', 'lr_scheduler', 'analytics'];
const SETTINGS = [...Object.keys(SCALARS.shape), ...SECTIONS];
/** Keys that are read elsewhere or ignored. */
const IGNORED_KEYS = ['loss_function', 'fitness_metrics'];
const OWN_KEYS = ['method', 'labels', 'data_split', 'embargo', 'date_range'];

/**
 * Reads the whole `training` section, and what older files have under `model.training`. The allowed settings depend on
 * `decisions`.
 */
export function readTraining(
  reader: Reader,
  version: StrategyVersion,
  format: DecisionSettings['outputFormat'],
): TrainingSettings | null {
  const required =
    'write for instance {method: supervised, epochs: 50, labels: {source: zigzag, zigzag_threshold: 0.02}}';
  if (reader.map(['training'], version === 'v1' ? undefined : required) === null && version !== 'v1')
    return null;
  if (reader.document.get(['model', 'training']) != null) reader.map(['model', 'training']);
  reader.warnUnknown(['training'], [...SETTINGS, ...OWN_KEYS, ...IGNORED_KEYS]);
  reader.warnUnknown(['model', 'training'], [...SETTINGS, ...IGNORED_KEYS]);
  readMethod(reader, version);

  const places = settingPlaces(reader);
  const written = Object.fromEntries([...places].map(([key, path]) => [key, reader.document.get(path)]));
  const scalars = reader.parse(
    SCALARS,
    written,
    ['training'],
    (key) => places.get(String(key)) ?? ['training', key],
  );
  const earlyStopping = readEarlyStopping(reader, places.get('early_stopping'));
  const schedule = readSchedule(reader, places.get('lr_scheduler'));
  const analytics = readAnalytics(reader, places.get('analytics'));
  const labels = readLabels(reader, version);
  const split = readSplit(reader, version);
  const embargoPath = ['training', 'embargo'];
  const embargo = reader.parse(EMBARGO, reader.document.get(embargoPath) ?? undefined, embargoPath);
  if (scalars === null || labels === null || split === null || embargo === null) return null;
  const { focal_gamma: focalGamma, huber_delta: huberDelta } = scalars;
  const lossPath = places.get('loss') ?? ['training', 'loss'];
  const loss = chooseLoss(reader, { loss: scalars.loss, focalGamma, huberDelta }, format, lossPath);
  if (loss === null || earlyStopping === undefined || schedule === undefined || analytics === undefined)
    return null;
  return {
    epochs: scalars.epochs,
    batchSize: scalars.batch_size,
    learningRate: scalars.learning_rate,
    optimizer: scalars.optimizer,
    weightDecay: scalars.weight_decay ?? (format === 'regression' ? 0 : 0.0001),
    gradientClip:
      scalars.gradient_clip === false || scalars.gradient_clip === 0 ? null : scalars.gradient_clip,
    earlyStopping,
    learningRateSchedule: schedule,
    classWeights: scalars.class_weights,
    loss,
    analytics,
    labels,
    split,
    ...(embargo === undefined ? {} : { embargo }),
  };
}

function readMethod(reader: Reader, version: StrategyVersion): void {
  const path = ['training', 'method'];
  const written = reader.document.get(path);
  if (written !== undefined) reader.parse(METHOD, written, path);
  else if (version !== 'v1' && isRecord(reader.document.get(['training']))) {
    reader.warn(path, 'is missing; supervised is used');
  }
}

/** The path of each setting. Warns if a setting is given twice with different values. */
function settingPlaces(reader: Reader): Map<string, Path> {
  const places = new Map<string, Path>();
  for (const key of SETTINGS) {
    const own: Path = ['training', key];
    const older: Path = ['model', 'training', key];
    const [ownValue, olderValue] = [reader.document.get(own), reader.document.get(older)];
    if (ownValue !== undefined) places.set(key, own);
    else if (olderValue !== undefined) places.set(key, older);
    if (
      ownValue !== undefined &&
      olderValue !== undefined &&
      JSON.stringify(ownValue) !== JSON.stringify(olderValue)
    ) {
      reader.warn(older, `has no effect: training.${key} is also given`);
    }
  }
  const lossFunction = ['training', 'loss_function'];
  if (!places.has('loss') && reader.document.get(lossFunction) !== undefined)
    places.set('loss', lossFunction);
  return places;
}

/** `null` = none; `undefined` = errors. */
function readEarlyStopping(reader: Reader, path: Path | undefined): EarlyStoppingSettings | null | undefined {
  const map = optionalBlock(reader, path);
  if (map === null || map === undefined) return map;
  reader.warnUnknown(path!, ['enabled', 'patience', 'min_delta', 'monitor', 'mode']);
  const settings = reader.parse(EARLY_STOPPING, map, path!);
  if (settings === null) return undefined;
  const { enabled, patience, min_delta: minDelta, monitor } = settings;
  return enabled ? { patience, minDelta, monitor } : null;
}

/** `null` = a constant learning rate; `undefined` = errors. */
function readSchedule(reader: Reader, path: Path | undefined): LearningRateSchedule | null | undefined {
  const written = path === undefined ? undefined : reader.document.get(path);
  if (written === 'none') return null;
  if (written === true)
    reader.warn(path!, 'is read as {type: step, step_size: 30, gamma: 0.1}; write the type of the schedule');
  const map = optionalBlock(reader, path);
  if (map === null || map === undefined) return map;
  reader.warnUnknown(path!, ['enabled', 'type', 'step_size', 'gamma', 'factor', 'patience']);
  const settings = reader.parse(SCHEDULE, written === true ? { type: 'step' } : map, path!);
  if (settings === null) return undefined;
  if (!settings.enabled) return null;
  const { type, step_size: stepSize, gamma, factor, patience } = settings;
  switch (type) {
    case 'step':
      return { type, stepSize, gamma: gamma ?? 0.1 };
    case 'exponential':
      return { type, gamma: gamma ?? 0.95 };
    case 'cosine':
      return { type };
    case 'reduce_on_plateau':
      return { type, factor, patience };
  }
}

function readAnalytics(reader: Reader, path: Path | undefined): AnalyticsSettings | undefined {
  const off = { enabled: false, exportCsv: true, exportJson: true, exportAlerts: true };
  if (path !== undefined && reader.document.get(path) === true) return { ...off, enabled: true };
  const map = optionalBlock(reader, path);
  if (map === null) return off;
  if (map === undefined) return undefined;
  reader.warnUnknown(path!, ['enabled', 'export_csv', 'export_json', 'export_alerts']);
  const settings = reader.parse(ANALYTICS, map, path!);
  if (settings === null) return undefined;
  return {
    enabled: settings.enabled,
    exportCsv: settings.export_csv,
    exportJson: settings.export_json,
    exportAlerts: settings.export_alerts,
  };
}

/**
 * The settings of an optional block, also for `true`. `null` if it is off or missing; `undefined`, with an error, for
 * any other value.
 */
function optionalBlock(reader: Reader, path: Path | undefined): Record<string, unknown> | null | undefined {
  const value = path === undefined ? undefined : reader.document.get(path);
  if (path === undefined || value === undefined || value === null || value === false) return null;
  if (value === true) return {};
  if (isRecord(value)) return value;
  reader.error(path, `is ${describe(value)}; must be a map of settings, or false`);
  return undefined;
}

function readSplit(reader: Reader, version: StrategyVersion): SplitSettings | null {
  const path: Path = ['training', 'data_split'];
  if (reader.document.get(path) === undefined) {
    if (version !== 'v1') reader.warn(path, 'is missing; train 0.7, validation 0.15, test 0.15 are used');
    return { train: 0.7, validation: 0.15, test: 0.15 };
  }
  const map = reader.map(path);
  if (map === null) return null;
  reader.warnUnknown(path, ['train', 'validation', 'test']);
  const split = reader.parse(SPLIT, map, path);
  if (split === null) return null;
  const sum = split.train + split.validation + (split.test ?? 0);
  if (sum > 1.001 || (split.test === undefined && sum >= 0.999)) {
    reader.error(path, `adds up to ${round(sum)}; train, validation and test must add up to 1, each above 0`);
    return null;
  }
  const { train, validation, test } = split;
  if (test !== undefined && sum >= 0.999) return { train, validation, test };
  const rest = round(1 - train - validation);
  if (test !== undefined)
    reader.warn(path, `adds up to ${round(sum)}; the rest goes to test, which gets ${rest}`);
  return { train, validation, test: rest };
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/** Normalises spellings such as `Cross-Entropy` and `crossentropy`. */
function plainLossName(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return /^(categorical)?crossentropy(loss)?$/.test(value.toLowerCase().replace(/[_\-\s]/g, ''))
    ? 'cross_entropy'
    : value;
}

/** Normalises spellings such as `cosine_annealing`. */
function plainScheduleName(value: unknown): unknown {
  return typeof value === 'string' && /^cosine([_-]?annealing(lr)?)?$/.test(value.toLowerCase())
    ? 'cosine'
    : value;
}

function balancedAsTrue(value: unknown): unknown {
  return value === 'balanced' || value === 'auto' ? true : value;
}
