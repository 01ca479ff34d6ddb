import type { DataFinding, DataFindingKind } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import { counted, figure, findingOf, percent, type Place } from './finding.js';
import type { TypicalValues } from './typical-values.js';

/** Smallest factor between two prices in a row that is a jump. */
const SMALLEST_FACTOR = 1.4;
/** A jump is at least this many times the typical move of a bar, in logarithms. */
const TYPICAL_MOVES = 10;
/** A jump that the price takes back within this many bars is an error in these bars. */
const LONGEST_SPIKE = 50;
/** Largest relative difference between a jump and the jump back. */
const BACK_TOLERANCE = 0.25;
/** Factors of stock splits, and of their reverse. */
const SPLITS = [1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50] as const;
/** Factors between units: cents and whole units, thousands. */
const UNITS = [100, 1_000, 10_000, 100_000, 1_000_000] as const;
/** Only a spike can be this unit error: a lasting factor of 10 is a split. */
const SPIKE_UNITS = [10, ...UNITS] as const;
/** The market also moves while it jumps, so a factor may differ by this share. */
const TOLERANCE = 0.05;
/** A jump without a known factor is rarely a market's move above this factor. */
const LARGE_FACTOR = 5;
/** With more jumps than this share of the bars, single jumps mean nothing. */
const MOST_JUMPS = 0.01;
const MOST_JUMPS_ANYWAY = 20;

/** A jump of the price before `bar`, or inside it. */
interface Jump {
  bar: number;
  before: number;
  after: number;
  /** after / before */
  factor: number;
}

/** A jump, with the bar after its spike: the price comes back there. `null` if it stays. */
type KnownJump = Jump & { kind: DataFindingKind; back: number | null; text: string; large: boolean };

/** Findings about jumps of the price, and the bars that they explain. */
export interface PriceJumps {
  findings: DataFinding[];
  /** True for bars of a spike. */
  isSpike: (bar: number) => boolean;
}

/** Finds jumps of the price that look like a split, a wrong unit or another error. */
export function findPriceJumps(bars: Bars, typical: TypicalValues): PriceJumps {
  const jumps = collectJumps(bars, typical);
  if (jumps.length > Math.max(MOST_JUMPS_ANYWAY, bars.length * MOST_JUMPS)) {
    return { findings: [manyJumps(bars, jumps)], isSpike: () => false };
  }
  const known = classify(jumps);
  const spikes = new Set<number>();
  for (const { bar, back } of known) {
    if (back !== null) for (let at = bar; at < Math.max(back, bar + 1); at += 1) spikes.add(at);
  }
  const findings = (['unit_error', 'split', 'price_jump'] as const).flatMap((kind) =>
    describe(
      bars,
      kind,
      known.filter((jump) => jump.kind === kind),
    ),
  );
  return { findings, isSpike: (bar) => spikes.has(bar) };
}

function collectJumps({ open, close, length }: Bars, { move }: TypicalValues): Jump[] {
  const least = Math.max(SMALLEST_FACTOR, Math.exp(TYPICAL_MOVES * move));
  const most = 1 / least;
  const jumps: Jump[] = [];
  const add = (bar: number, before: number, after: number): void => {
    if (before > 0 && after > 0) jumps.push({ bar, before, after, factor: after / before });
  };
  for (let bar = 0; bar < length; bar += 1) {
    const gap = bar === 0 ? 1 : open[bar]! / close[bar - 1]!;
    const body = close[bar]! / open[bar]!;
    if (gap > least || gap < most) add(bar, close[bar - 1]!, open[bar]!);
    if (body > least || body < most) add(bar, open[bar]!, close[bar]!);
  }
  return jumps;
}

/** Pairs each jump with the jump that takes it back, and names its kind. */
function classify(jumps: readonly Jump[]): KnownJump[] {
  const known: KnownJump[] = [];
  for (let index = 0; index < jumps.length; index += 1) {
    const jump = jumps[index]!;
    const next = jumps[index + 1];
    const isSpike =
      next !== undefined &&
      next.bar - jump.bar <= LONGEST_SPIKE &&
      Math.abs(Math.log(jump.factor * next.factor)) <= Math.log(1 + BACK_TOLERANCE);
    known.push(isSpike ? spikeOf(jump, next.bar) : stepOf(jump));
    if (isSpike) index += 1;
  }
  return known;
}

function spikeOf(jump: Jump, back: number): KnownJump {
  const unit = nearest(jump.factor, SPIKE_UNITS);
  const count = Math.max(1, back - jump.bar);
  const times = unit === null ? figure(jump.factor) : factorText(unit, jump.factor > 1);
  return {
    ...jump,
    kind: unit === null ? 'price_jump' : 'unit_error',
    back,
    large: true,
    text: `${times} times the price before, for ${counted(count, 'bar')}`,
  };
}

function stepOf(jump: Jump): KnownJump {
  const { before, after, factor } = jump;
  const from = `from ${figure(before)} to ${figure(after)}`;
  const unit = nearest(factor, UNITS);
  if (unit !== null) {
    const text = `${from}: ${factorText(unit, factor > 1)} times the price before`;
    return { ...jump, kind: 'unit_error', back: null, large: true, text };
  }
  const split = nearest(factor, SPLITS);
  if (split !== null) {
    const [many, one] = split === 1.5 ? [3, 2] : [split, 1];
    const text = `${from}: like a split ${factor < 1 ? `${many}:${one}` : `${one}:${many}`}`;
    return { ...jump, kind: 'split', back: null, large: true, text };
  }
  const large = Math.max(factor, 1 / factor) >= LARGE_FACTOR;
  return { ...jump, kind: 'price_jump', back: null, large, text: `${from}: ${figure(factor)} times` };
}

function factorText(factor: number, isRise: boolean): string {
  return isRise ? String(factor) : `1/${factor}`;
}

/** The factor, or its reverse, that a jump is close to. */
function nearest(factor: number, known: readonly number[]): number | null {
  const size = Math.max(factor, 1 / factor);
  return known.find((value) => Math.abs(Math.log(size / value)) <= TOLERANCE) ?? null;
}

const WHAT_TO_DO = {
  unit_error:
    'Returns, indicators and labels around it are wrong. Bring all prices to one unit, or remove these bars.',
  split: 'Returns, indicators and labels around it are wrong. Use prices adjusted for splits.',
  price_jump: 'Compare it with another source.',
} as const;

function describe(bars: Bars, kind: keyof typeof WHAT_TO_DO, jumps: readonly KnownJump[]): DataFinding[] {
  if (jumps.length === 0) return [];
  const count = jumps.reduce((sum, { bar, back }) => sum + Math.max(1, (back ?? bar) - bar), 0);
  const greatest = jumps.reduce((most, jump) =>
    Math.abs(Math.log(jump.factor)) > Math.abs(Math.log(most.factor)) ? jump : most,
  );
  const where = `${jumps.length === 1 ? '' : `${jumps.length} times; the largest `}at ${formatBarTime(bars.time[greatest.bar]!, bars.timeframe)}`;
  const severity = jumps.some(({ large }) => large) ? 'warning' : 'note';
  return [
    findingOf(bars, {
      kind,
      severity,
      message: `The price jumps ${where} (${greatest.text}). ${WHAT_TO_DO[kind]}`,
      bars: count,
      places: jumps.map(({ bar, back, text, factor }): Place => ({
        from: bar,
        to: Math.max(bar, (back ?? bar + 1) - 1),
        text,
        weight: Math.abs(Math.log(factor)),
      })),
    }),
  ];
}

function manyJumps(bars: Bars, jumps: readonly Jump[]): DataFinding {
  return findingOf(bars, {
    kind: 'price_jump',
    severity: 'warning',
    message:
      `The price jumps by a factor of ${SMALLEST_FACTOR} or more ${jumps.length.toLocaleString('en-US')} times ` +
      `(${percent(jumps.length / bars.length)} of the bars): the file may mix several instruments or units. Check it.`,
    bars: jumps.length,
    places: jumps.map(({ bar, before, after, factor }) => ({
      from: bar,
      to: bar,
      text: `from ${figure(before)} to ${figure(after)}`,
      weight: Math.abs(Math.log(factor)),
    })),
  });
}
