import { z } from 'zod';

import type { DecisionSettings, StrategyVersion } from '../model.js';
import { choice, flag, real } from '../schema.js';
import type { Reader } from '../section.js';

const KNOWN = [
  'output_format',
  'confidence_threshold',
  'position_awareness',
  'filters',
  'allow_short_from_flat',
];
const WITHOUT_EFFECT = [
  'cost_model',
  'num_classes',
  'thresholds',
  'symbol_aware_decisions',
  'latency_requirements',
  'timeframe_weights',
];
/** v1 files without decisions. */
const V1_DECISIONS: DecisionSettings = {
  outputFormat: 'classification',
  confidenceThreshold: 0.6,
  positionAwareness: true,
  minSignalSeparation: 4,
  allowShortFromFlat: false,
};

const SCHEMA = z.object({
  output_format: choice(['classification']).default('classification'),
  confidence_threshold: real({ min: 0, max: 1 }).default(0.5),
  position_awareness: flag().default(true),
  allow_short_from_flat: flag().default(false),
});

/** How signals become trades: `decisions`. */
export function readDecisions(reader: Reader, version: StrategyVersion): DecisionSettings | null {
  if (version === 'v1' && reader.document.get(['decisions']) === undefined) return V1_DECISIONS;
  const map = reader.map(
    ['decisions'],
    'write for instance {output_format: classification, confidence_threshold: 0.5}',
  );
  if (map === null) return null;
  reader.warnUnknown(['decisions'], [...KNOWN, ...WITHOUT_EFFECT]);
  const decisions = reader.parse(SCHEMA, map, ['decisions']);
  const filters = ['decisions', 'filters'];
  if (map['filters'] != null) reader.map(filters);
  reader.warnUnknown(filters, ['min_signal_separation', 'volume_filter']);
  const separationPath = [...filters, 'min_signal_separation'];
  const separation = reader.parse(
    real({ min: 0 }).default(4),
    reader.document.get(separationPath),
    separationPath,
  );
  if (decisions === null || separation === null) return null;
  if (version !== 'v1') {
    for (const key of ['output_format', 'confidence_threshold', 'position_awareness'] as const) {
      if (map[key] === undefined) reader.warn(['decisions', key], `is missing; ${decisions[key]} is taken`);
    }
  }
  return {
    outputFormat: decisions.output_format,
    confidenceThreshold: decisions.confidence_threshold,
    positionAwareness: decisions.position_awareness,
    minSignalSeparation: separation,
    allowShortFromFlat: decisions.allow_short_from_flat,
  };
}
