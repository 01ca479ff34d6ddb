import { KtrdrError } from '@ktrdr/contracts';
import { fitsOnTrainingBars, type TrainingSettings } from '@ktrdr/strategy';
import { type Dataset, labelAgain } from '../data/dataset.js';
import { targetClasses } from './directions.js';
import { fitParts, type PreparedData } from '../data/prepare-data.js';
import { type Cuts, firstAtOrAfter, momentsAt, type Split, splitRows, splitShares } from '../data/split.js';

/** Where a fold is. */
export interface FoldPlace {
  /** 1-based */
  number: number;
  /** Number of folds. */
  of: number;
  /** Rows before the test stretch and the gap that the fold can train and validate on. */
  rows: number;
  cuts: Cuts;
  /** Open time of the first row after the test rows; `Infinity` in the last fold. */
  testEnd: number;
}

/** One fold: trains on rows up to a moment, tests on the rows from there to the next fold's moment. All folds share the features. */
export class WalkForwardFold {
  constructor(
    readonly place: FoldPlace,
    private readonly whole: Dataset,
    private readonly embargo: number | undefined,
  ) {}

  /** Labels without knowledge of later folds, and the fold's rows. @param pause awaited regularly; throws to stop */
  async divide(pause: () => Promise<void>): Promise<{ dataset: Dataset; split: Split }> {
    const { cuts, testEnd } = this.place;
    // The label thresholds are fitted on this fold's training bars.
    const dataset = fitsOnTrainingBars(this.whole.labels)
      ? await labelAgain(this.whole, cuts, pause)
      : this.whole;
    await pause();
    const known = dataset.symbols.map(({ time, labelEnd, windowStart, candidates }) => {
      const end = firstAtOrAfter(time, testEnd);
      return {
        time: time.subarray(0, end),
        labelEnd: labelEnd.subarray(0, end),
        windowStart: windowStart.subarray(0, end),
        candidates: candidates.filter((moment) => moment >= (cuts.trainStart ?? 0) && moment < testEnd),
      };
    });
    return { dataset, split: splitRows(known, cuts, this.embargo) };
  }

  /** The fold's rows, with a normalisation fitted on its training rows. */
  async prepare(pause: () => Promise<void>): Promise<PreparedData & { testEnd: number }> {
    const { dataset, split } = await this.divide(pause);
    return { ...fitParts(dataset, split), testEnd: this.place.testEnd };
  }

  /** Checks that the fold can be trained and tested. @throws KtrdrError `empty_split`, `one_class_only` */
  async check(pause: () => Promise<void>): Promise<void> {
    const { dataset, split } = await this.divide(pause);
    for (const part of ['train', 'validation', 'test'] as const) {
      if (split.parts.some((rows) => rows[part].length > 0)) continue;
      const name = part === 'train' ? 'training' : part;
      throw this.error('empty_split', `its ${name} part has no rows`);
    }
    if (dataset.output === 'regression') return;
    const classes = new Set(
      dataset.symbols.flatMap(({ targets }, symbol) => {
        const labels = targetClasses(targets);
        return [...new Set(split.parts[symbol]!.train.map((row) => labels[row]!))];
      }),
    );
    if (classes.size > 1) return;
    const [only] = classes;
    throw this.error('one_class_only', `all its training rows are ${dataset.classes[only!]}`);
  }

  private error(code: 'empty_split' | 'one_class_only', reason: string): KtrdrError {
    const { number, of } = this.place;
    return new KtrdrError(
      code,
      `Fold ${number} of ${of} of the walk-forward evaluation cannot be trained: ${reason}. ` +
        'Use fewer folds (--walk-forward), another window (--walk-forward-window), a smaller gap (--walk-forward-gap) or a longer range.',
      { details: { fold: number, folds: of } },
    );
  }
}

/** How a walk-forward evaluation divides the past. */
export interface WalkForwardPlan {
  /** Number of folds; 0: no evaluation. */
  folds: number;
  /** Bars that each fold trains and validates on: the window rolls; `null`: all bars before, the window grows. */
  window: number | null;
  /** Bars between the training of a fold and its test stretch. */
  gap: number;
}

/**
 * Returns folds with test stretches of equal numbers of rows, one after the other up to the last row. Each fold trains and validates
 * on the bars before its test stretch and the gap, in the proportion of the strategy's split.
 *
 * With a growing window, all rows are divided into `folds + 1` blocks, and the first block is not tested. With a rolling window, the
 * first window and the gap are not tested. A bar counts once for all symbols.
 */
export function walkForwardFolds(
  { dataset }: PreparedData,
  { folds: count, window, gap }: WalkForwardPlan,
  { split, embargo }: Pick<TrainingSettings, 'split' | 'embargo'>,
  validationSplit: number | undefined,
): WalkForwardFold[] {
  if (count === 0) return [];
  const { train, validation } = splitShares(split, validationSplit);
  const times = dataset.symbols.map(({ time }) => time);
  const clock = clockOf(dataset);
  const between = (from: number, to: number): Float64Array[] =>
    times.map((time) => time.subarray(firstAtOrAfter(time, from), firstAtOrAfter(time, to)));
  const edges =
    window === null
      ? momentsAt(times, steps(1, count + 1))
      : momentsAt(between(firstTested(clock, window, gap), Infinity), steps(0, count));
  return steps(1, count).map((_, index) => {
    const [testStart, testEnd] = [edges[index]!, edges[index + 1]!];
    const last = firstAtOrAfter(clock, testStart) - gap;
    const gapStart = clock[Math.max(0, last)] ?? Infinity;
    const trainStart = window === null ? -Infinity : clock[Math.max(0, last - window)]!;
    const before = between(trainStart, gapStart);
    // not after the gap's start, also if there are no rows before it
    const validationStart = Math.min(gapStart, ...momentsAt(before, [train / (train + validation)]));
    const cuts = { trainStart, validationStart, gapStart, testStart };
    const rows = before.reduce((sum, { length }) => sum + length, 0);
    return new WalkForwardFold({ number: index + 1, of: count, rows, cuts, testEnd }, dataset, embargo);
  });
}

/** Open time of the first bar after a rolling window and its gap. @throws KtrdrError `empty_split` if there is none */
function firstTested(clock: Float64Array, window: number, gap: number): number {
  const first = clock[window + gap];
  if (first !== undefined) return first;
  const [bars, used] = [clock.length, window + gap].map((count) => count.toLocaleString('en-US'));
  throw new KtrdrError(
    'empty_split',
    `The walk-forward evaluation has no bars to test: the range has ${bars} bars with features, and the window and the gap take ` +
      `${used}. Use a shorter window (--walk-forward-window), a smaller gap (--walk-forward-gap) or a longer range.`,
    { details: { bars: clock.length, window, gap } },
  );
}

/** `from/of, (from + 1)/of ... 1` */
function steps(from: number, of: number): number[] {
  return Array.from({ length: of - from + 1 }, (_, index) => (from + index) / of);
}

/** Open times of all bars with features, of all symbols, each once, ascending. Labels have no influence on them. */
function clockOf({ symbols }: Dataset): Float64Array {
  const moments = new Set(symbols.flatMap(({ candidates }) => [...candidates]));
  return Float64Array.from(moments).sort();
}
