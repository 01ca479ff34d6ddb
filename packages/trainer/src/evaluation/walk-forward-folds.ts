import { KtrdrError } from '@ktrdr/contracts';
import { fitsOnTrainingBars } from '@ktrdr/strategy';
import { buildDataset, type Dataset } from '../data/dataset.js';
import { targetClasses } from './directions.js';
import { fitParts, type PreparedData, type PrepareRequest } from '../data/prepare-data.js';
import { type Cuts, momentsAt, type Split, splitRows, splitShares } from '../data/split.js';

/** One fold: trains on rows up to a moment, tests on the rows from there to the next fold's moment. */
export class WalkForwardFold {
  constructor(
    /** 1-based */
    readonly number: number,
    private readonly of: number,
    readonly cuts: Cuts,
    /** Open time of the first row after the test rows; `Infinity` in the last fold. */
    readonly testEnd: number,
    private readonly whole: Dataset,
    private readonly request: PrepareRequest,
  ) {}

  /** Labels without knowledge of later folds, and the fold's rows. @param pause awaited regularly; throws to stop */
  async divide(pause: () => Promise<void>): Promise<{ dataset: Dataset; split: Split }> {
    const { strategy, bars, range, validationSplit } = this.request;
    const { labels, embargo, split: settings } = strategy.training;
    const shares = splitShares(settings, validationSplit);
    // The label thresholds are fitted on this fold's training bars.
    const dataset = fitsOnTrainingBars(labels)
      ? await buildDataset({ strategy, bars, range, shares, cuts: this.cuts }, pause)
      : this.whole;
    await pause();
    const known = dataset.symbols.map(({ time, labelEnd, windowStart, candidates }) => {
      const rows = time.findIndex((moment) => moment >= this.testEnd);
      const end = rows < 0 ? time.length : rows;
      return {
        time: time.subarray(0, end),
        labelEnd: labelEnd.subarray(0, end),
        windowStart: windowStart.subarray(0, end),
        candidates: candidates.filter((moment) => moment < this.testEnd),
      };
    });
    return { dataset, split: splitRows(known, this.cuts, embargo) };
  }

  /** The fold's rows, with a normalisation fitted on its training rows. */
  async prepare(pause: () => Promise<void>): Promise<PreparedData> {
    const { dataset, split } = await this.divide(pause);
    return fitParts(dataset, split);
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
    return new KtrdrError(
      code,
      `Fold ${this.number} of ${this.of} of the walk-forward evaluation cannot be trained: ${reason}. ` +
        'Use fewer folds (--walk-forward) or a longer range.',
      { details: { fold: this.number, folds: this.of } },
    );
  }
}

/**
 * Divides all rows, in order of time, into `count + 1` blocks of equal size and returns `count` folds. Fold k trains and validates on
 * the first k blocks, in the proportion of the strategy's split, and tests on the next block.
 */
export function walkForwardFolds(
  { dataset }: PreparedData,
  count: number,
  request: PrepareRequest,
): WalkForwardFold[] {
  const { train, validation } = splitShares(request.strategy.training.split, request.validationSplit);
  const blocks = Array.from({ length: count + 1 }, (_, block) => (block + 1) / (count + 1));
  const times = dataset.symbols.map(({ time }) => time);
  const edges = momentsAt(times, blocks);
  const validationStarts = momentsAt(
    times,
    blocks.map((share) => (share * train) / (train + validation)),
  );
  return Array.from({ length: count }, (_, index) => {
    const cuts = { validationStart: validationStarts[index]!, testStart: edges[index]! };
    return new WalkForwardFold(index + 1, count, cuts, edges[index + 1]!, dataset, request);
  });
}
