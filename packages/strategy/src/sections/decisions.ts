import * as z from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type {
  ClassificationDecision,
  DecisionSettings,
  LabelSettings,
  RegressionDecision,
  StrategyVersion,
} from '../model.js';
import { choice, flag, real } from '../schema.js';
import type { Reader } from '../section.js';

const PATH: Path = ['decisions'];
const KNOWN = [
  'output_format',
  'confidence_threshold',
  'position_awareness',
  'filters',
  'allow_short_from_flat',
  'cost_model',
];
const IGNORED_KEYS = [
  'num_classes',
  'thresholds',
  'symbol_aware_decisions',
  'latency_requirements',
  'timeframe_weights',
];
/** Default for v1 files without decisions. */
const V1_DECISIONS: DecisionSettings = {
  outputFormat: 'classification',
  confidenceThreshold: 0.6,
  positionAwareness: true,
  minSignalSeparation: 4,
  allowShortFromFlat: false,
};

const SCHEMA = z.object({
  output_format: choice(['classification', 'regression'])
    .default('classification')
    .describe('Whether the network predicts a class, or a number (labels forward_return).'),
  confidence_threshold: real({ min: 0, max: 1 })
    .default(0.5)
    .describe('If no class reaches this probability, the decision is HOLD.'),
  position_awareness: flag()
    .default(true)
    .describe('A BUY while long and a SELL while short change nothing.'),
  allow_short_from_flat: flag()
    .default(false)
    .describe('Whether a SELL without a position opens a short position. If not, it is a HOLD.'),
});
const COST_MODEL = z.object({
  round_trip_cost: real({ above: 0, below: 1 })
    .default(0.003)
    .describe('Cost of buying and selling, as a fraction of the value.'),
  min_edge_multiplier: real({ above: 0, max: LIMITS.labelMultiplier })
    .default(1.5)
    .describe('BUY above round_trip_cost times this number, SELL below minus that.'),
});
const FILTERS = z.object({
  min_signal_separation: real({ min: 0 })
    .default(4)
    .describe('Hours between two executed decisions of a symbol.'),
});

/** Schema of the section, for the description of the grammar. */
export const DECISIONS = SCHEMA.extend({
  cost_model: COST_MODEL.optional().describe(
    'Required for a regression: how far a prediction must exceed the costs.',
  ),
  filters: FILTERS.optional().describe('What holds back a decision.'),
});

/** Reads `decisions`: how outputs become trading decisions. */
export function readDecisions(reader: Reader, version: StrategyVersion): DecisionSettings | null {
  if (version === 'v1' && reader.document.get(PATH) === undefined) return V1_DECISIONS;
  const map = reader.map(
    PATH,
    'write for instance {output_format: classification, confidence_threshold: 0.5}',
  );
  if (map === null) return null;
  reader.warnUnknown(PATH, [...KNOWN, ...IGNORED_KEYS]);
  const decisions = reader.parse(SCHEMA, map, PATH);
  const separation = readSeparation(reader, map);
  if (decisions === null || separation === null) return null;
  const classification = decisions.output_format === 'classification';
  if (version !== 'v1') {
    const expected = ['output_format', 'confidence_threshold', 'position_awareness'] as const;
    for (const key of expected) {
      if (map[key] !== undefined || (key === 'confidence_threshold' && !classification)) continue;
      reader.warn([...PATH, key], `is missing; ${decisions[key]} is used`);
    }
  }
  const common = {
    positionAwareness: decisions.position_awareness,
    minSignalSeparation: separation,
    allowShortFromFlat: decisions.allow_short_from_flat,
  };
  if (!classification) {
    const regression = readRegression(reader, map);
    return regression === null ? null : { ...regression, ...common };
  }
  if (map['cost_model'] !== undefined) {
    reader.warn([...PATH, 'cost_model'], 'has no effect on a classification');
  }
  const settings: ClassificationDecision = {
    outputFormat: 'classification',
    confidenceThreshold: decisions.confidence_threshold,
  };
  return { ...settings, ...common };
}

function readSeparation(reader: Reader, decisions: Record<string, unknown>): number | null {
  const filters = [...PATH, 'filters'];
  if (decisions['filters'] != null) reader.map(filters);
  reader.warnUnknown(filters, ['min_signal_separation', 'volume_filter']);
  const path = [...filters, 'min_signal_separation'];
  return reader.parse(FILTERS.shape.min_signal_separation, reader.document.get(path), path);
}

function readRegression(reader: Reader, decisions: Record<string, unknown>): RegressionDecision | null {
  if (decisions['confidence_threshold'] !== undefined) {
    reader.warn([...PATH, 'confidence_threshold'], 'has no effect on a regression');
  }
  const path = [...PATH, 'cost_model'];
  const map = reader.map(path, 'a regression needs one: {round_trip_cost: 0.003, min_edge_multiplier: 1.5}');
  if (map === null) return null;
  reader.warnUnknown(path, Object.keys(COST_MODEL.shape));
  const costs = reader.parse(COST_MODEL, map, path);
  if (costs === null) return null;
  const { round_trip_cost: roundTripCost, min_edge_multiplier: minEdgeMultiplier } = costs;
  return { outputFormat: 'regression', roundTripCost, minEdgeMultiplier };
}

/** A regression learns numbers, a classification learns classes. */
export function checkLabelsFitDecisions(
  reader: Reader,
  { source }: LabelSettings,
  { outputFormat }: DecisionSettings,
): void {
  const numbers = source === 'forward_return';
  if (numbers === (outputFormat === 'regression')) return;
  const right = numbers
    ? 'forward_return labels are numbers, which need regression'
    : `${source} labels are classes, which need classification; a regression needs forward_return labels`;
  reader.error([...PATH, 'output_format'], `is ${outputFormat}; ${right}`);
}
