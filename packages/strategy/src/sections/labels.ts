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

const bars = (least: number) => whole(least, LIMITS.labelBars);
const multiplier = () => real({ above: 0, max: LIMITS.labelMultiplier });

const ZIGZAG = z.object({
  method: choice(['segments', 'points'])
    .default('segments')
    .describe('segments: the direction of the current swing; points: whether a large move follows the bar.'),
  zigzag_threshold: real({ above: 0, below: 1 })
    .default(0.02)
    .describe('Smallest move that counts, as a fraction of the price: 0.02 = 2 %.'),
  label_lookahead: bars(1)
    .optional()
    .describe('method points only: bars that the label looks ahead. Default 10.'),
});
const FORWARD_RETURN = z.object({
  horizon: bars(1).default(20).describe('Number of bars ahead after which the return is measured.'),
});
const TRIPLE_BARRIER = z.object({
  pt_multiplier: multiplier()
    .default(2)
    .describe('Distance of the upper barrier, in multiples of the volatility.'),
  sl_multiplier: multiplier()
    .default(1.5)
    .describe('Distance of the lower barrier, in multiples of the volatility.'),
  max_holding_period: bars(1).default(50).describe('Bars until the time limit.'),
  vol_span: bars(2).default(50).describe('Span in bars of the exponential weights of the volatility.'),
  vol_method: choice(['atr', 'close'])
    .default('atr')
    .describe('atr: mean of (high - low) / close; close: deviation of log returns.'),
  compute_weights: flag()
    .default(false)
    .describe("Weights each row by how much of its label's time span no other label shares."),
  cusum_threshold: real()
    .nullish()
    .describe(
      'Only events have labels: bars where rises or falls add up to this log return. 0: cusum_multiplier decides.',
    ),
  cusum_multiplier: multiplier()
    .default(0.5)
    .describe(
      'With cusum_threshold 0: the threshold in multiples of the mean volatility of the training bars.',
    ),
});
const CONTEXT = z.object({
  horizon: bars(1).default(5).describe('Number of bars ahead after which the return is measured.'),
  bullish_threshold: real().default(0.005).describe('A return above it is BULLISH.'),
  bearish_threshold: real()
    .default(-0.005)
    .describe('A return below it is BEARISH. Not above bullish_threshold.'),
});
const REGIME = z.object({
  macro_atr_mult: multiplier()
    .default(3)
    .describe('Threshold of the large swings, in multiples of the median true range.'),
  micro_atr_mult: multiplier()
    .default(1)
    .describe('Threshold of the small swings, in multiples of the median true range. Below macro_atr_mult.'),
  atr_period: bars(2)
    .default(14)
    .describe('Bars of the average true range, and bars ahead whose volatility is measured.'),
  vol_lookback: bars(2).default(120).describe('Past bars that the volatility ahead is compared with.'),
  vol_crisis_threshold: real({ above: 0 })
    .default(2)
    .describe('A bar is VOLATILE if the volatility ahead is above this multiple of the past one.'),
  progression_tolerance: real({ min: 0, max: 1 })
    .default(0.5)
    .describe('Share of the small swings that must agree with a trend.'),
});

/** What a network can learn: each kind of labels with its settings. */
export const LABEL_KINDS = {
  zigzag: { summary: 'BUY, HOLD, SELL: the direction of the swing', settings: ZIGZAG },
  forward_return: { summary: 'A number: the return over the next bars', settings: FORWARD_RETURN },
  triple_barrier: {
    summary: 'BUY, HOLD, SELL: target, time limit or stop, whichever comes first',
    settings: TRIPLE_BARRIER,
  },
  context: { summary: 'BULLISH, BEARISH, NEUTRAL: the direction of the next bars', settings: CONTEXT },
  regime: { summary: 'TRENDING_UP, TRENDING_DOWN, RANGING, VOLATILE', settings: REGIME },
} satisfies Record<LabelSettings['source'], { summary: string; settings: z.ZodObject }>;

const SOURCES = Object.keys(LABEL_KINDS) as LabelSettings['source'][];
/** Kind of labels without a `source`. */
export const DEFAULT_SOURCE = 'zigzag';
/** Schema of `training.labels.source`. */
export const LABEL_SOURCE = choice(SOURCES).default(DEFAULT_SOURCE).describe('What the network learns.');

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
  const source = reader.parse(LABEL_SOURCE, labels['source'], [...PATH, 'source']);
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
