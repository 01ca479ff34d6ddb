import * as z from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type {
  ContextSettings,
  ForwardReturnSettings,
  LabelSettings,
  RegimeSettings,
  StrategyVersion,
  TripleBarrierSettings,
  ZigzagSettings,
} from '../model.js';
import { choice, flag, real, whole } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';

const PATH: Path = ['training', 'labels'];
const SOURCES = ['zigzag', 'forward_return', 'triple_barrier', 'context', 'regime'] as const;

const bars = (least: number) => whole(least, LIMITS.labelBars);
const multiplier = () => real({ above: 0, max: LIMITS.labelMultiplier });

const ZIGZAG = z.object({
  method: choice(['segments', 'points']).default('segments'),
  zigzag_threshold: real({ above: 0, below: 1 }).default(0.02),
  label_lookahead: bars(1).optional(),
});
const FORWARD_RETURN = z.object({ horizon: bars(1).default(20) });
const TRIPLE_BARRIER = z.object({
  pt_multiplier: multiplier().default(2),
  sl_multiplier: multiplier().default(1.5),
  max_holding_period: bars(1).default(50),
  vol_span: bars(2).default(50),
  vol_method: choice(['atr', 'close']).default('atr'),
  compute_weights: flag().default(false),
  cusum_threshold: real().nullish(),
  cusum_multiplier: multiplier().default(0.5),
});
const CONTEXT = z.object({
  horizon: bars(1).default(5),
  bullish_threshold: real().default(0.005),
  bearish_threshold: real().default(-0.005),
});
const REGIME = z.object({
  macro_atr_mult: multiplier().default(3),
  micro_atr_mult: multiplier().default(1),
  atr_period: bars(2).default(14),
  vol_lookback: bars(2).default(120),
  vol_crisis_threshold: real({ above: 0 }).default(2),
  progression_tolerance: real({ min: 0, max: 1 }).default(0.5),
});

/** Alternative names of the triple barrier parameters. */
const BARRIER_ALIASES: Readonly<Record<string, keyof typeof TRIPLE_BARRIER.shape>> = {
  profit_target_atr: 'pt_multiplier',
  stop_loss_atr: 'sl_multiplier',
  max_holding_bars: 'max_holding_period',
  atr_period: 'vol_span',
};

/** Reads `training.labels`: what the network learns. */
export function readLabels(reader: Reader, version: StrategyVersion): LabelSettings | null {
  const written = reader.document.get(PATH);
  if (written === undefined) {
    const threshold = version === 'v1' ? 0.03 : 0.02;
    if (version !== 'v1') reader.warn(PATH, `is missing; zigzag with a threshold of ${threshold} is used`);
    return { source: 'zigzag', method: 'segments', threshold };
  }
  if (reader.map(PATH) === null || !isRecord(written)) return null;
  const labels = sourceInMethod(written);
  const source = reader.parse(choice(SOURCES).default('zigzag'), labels['source'], [...PATH, 'source']);
  switch (source) {
    case null:
      return null;
    case 'zigzag':
      return readZigzag(reader, labels);
    case 'forward_return':
      return readForwardReturn(reader, labels);
    case 'triple_barrier':
      return readTripleBarrier(reader, labels);
    case 'context':
      return readContext(reader, labels);
    case 'regime':
      return readRegime(reader, labels);
  }
}

/** Some old files give the source under `method`. */
function sourceInMethod(labels: Record<string, unknown>): Record<string, unknown> {
  if (labels['source'] !== undefined || labels['method'] !== 'zigzag') return labels;
  return { ...labels, source: 'zigzag', method: undefined };
}

function warnUnknown(reader: Reader, schema: z.ZodObject, aliases: readonly string[] = []): void {
  reader.warnUnknown(PATH, ['source', ...Object.keys(schema.shape), ...aliases]);
}

function readZigzag(reader: Reader, labels: Record<string, unknown>): ZigzagSettings | null {
  const read = reader.parse(ZIGZAG, labels, PATH);
  warnUnknown(reader, ZIGZAG);
  if (read === null) return null;
  const { method, zigzag_threshold: threshold, label_lookahead: lookahead } = read;
  const path = [...PATH, 'label_lookahead'];
  if (method === 'segments') {
    if (lookahead !== undefined) reader.warn(path, 'has no effect on segment labels');
    return { source: 'zigzag', method, threshold };
  }
  // The move of a point takes at least 3 bars.
  const bounded = reader.parse(bars(3).default(10), lookahead, path);
  return bounded === null ? null : { source: 'zigzag', method, threshold, lookahead: bounded };
}

function readForwardReturn(reader: Reader, labels: Record<string, unknown>): ForwardReturnSettings | null {
  const read = reader.parse(FORWARD_RETURN, labels, PATH);
  warnUnknown(reader, FORWARD_RETURN);
  return read === null ? null : { source: 'forward_return', ...read };
}

function readTripleBarrier(reader: Reader, labels: Record<string, unknown>): TripleBarrierSettings | null {
  const written = { ...labels };
  const names = new Map<string | number, string>();
  for (const [alias, name] of Object.entries(BARRIER_ALIASES)) {
    if (labels[alias] === undefined) continue;
    const path = [...PATH, alias];
    if (labels[name] !== undefined) reader.warn(path, `has no effect: ${name} is also given`);
    else {
      reader.warn(path, `is read as ${name}`);
      written[name] = labels[alias];
      names.set(name, alias);
    }
  }
  const read = reader.parse(TRIPLE_BARRIER, written, PATH, (key) => [...PATH, names.get(key) ?? key]);
  warnUnknown(reader, TRIPLE_BARRIER, Object.keys(BARRIER_ALIASES));
  if (read === null) return null;
  const threshold = read.cusum_threshold ?? null;
  if (threshold === null && labels['cusum_multiplier'] !== undefined) {
    const how = 'write cusum_threshold too: 0 = this multiple of the mean volatility';
    reader.warn([...PATH, 'cusum_multiplier'], `has no effect: ${how}`);
  }
  return {
    source: 'triple_barrier',
    profitMultiplier: read.pt_multiplier,
    stopMultiplier: read.sl_multiplier,
    holdingBars: read.max_holding_period,
    volatilitySpan: read.vol_span,
    volatilityMethod: read.vol_method,
    computeWeights: read.compute_weights,
    cusum:
      threshold === null
        ? null
        : { threshold: threshold > 0 ? threshold : null, multiplier: read.cusum_multiplier },
  };
}

function readContext(reader: Reader, labels: Record<string, unknown>): ContextSettings | null {
  const read = reader.parse(CONTEXT, labels, PATH);
  warnUnknown(reader, CONTEXT);
  if (read === null) return null;
  const { horizon, bullish_threshold: bullish, bearish_threshold: bearish } = read;
  if (bearish > bullish) {
    const path = [
      ...PATH,
      labels['bearish_threshold'] === undefined ? 'bullish_threshold' : 'bearish_threshold',
    ];
    reader.error(
      path,
      `lets bearish (below ${bearish}) and bullish (above ${bullish}) overlap; bearish_threshold must not be above bullish_threshold`,
    );
    return null;
  }
  return { source: 'context', horizon, bullish, bearish };
}

function readRegime(reader: Reader, labels: Record<string, unknown>): RegimeSettings | null {
  const read = reader.parse(REGIME, labels, PATH);
  warnUnknown(reader, REGIME);
  if (read === null) return null;
  const { macro_atr_mult: macroMultiplier, micro_atr_mult: microMultiplier } = read;
  if (microMultiplier >= macroMultiplier) {
    const path = [...PATH, labels['micro_atr_mult'] === undefined ? 'macro_atr_mult' : 'micro_atr_mult'];
    reader.error(
      path,
      `gives micro ${microMultiplier} and macro ${macroMultiplier}; micro_atr_mult must be below macro_atr_mult`,
    );
    return null;
  }
  return {
    source: 'regime',
    macroMultiplier,
    microMultiplier,
    atrPeriod: read.atr_period,
    volatilityLookback: read.vol_lookback,
    crisisThreshold: read.vol_crisis_threshold,
    progressionTolerance: read.progression_tolerance,
  };
}
