import { KtrdrError } from '@ktrdr/contracts';
import { fitsOnTrainingBars } from '@ktrdr/strategy';
import { buildDataset, type Dataset } from '../data/dataset.js';
import { targetClasses } from './directions.js';
import { fitParts, type PreparedData, type PrepareRequest } from '../data/prepare-data.js';
import { type Cuts, momentsAt, type Split, splitRows, splitShares } from '../data/split.js';

/** One fold: training on the past up to a moment, judged by the rows from there to the next fold's moment. */
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

  /** Labels as they can be known for this fold, and its rows. @param pause awaited now and then; it may throw to stop */
  async divide(pause: () => Promise<void>): Promise<{ dataset: Dataset; split: Split }> {
    const { strategy, bars, range, validationSplit } = this.request;
    const { labels, embargo, split: settings } = strategy.training;
    const shares = splitShares(settings, validationSplit);
    // Thresholds of labels are fitted on the fold's own training bars.
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

  /** The fold's rows, scaled by what its training rows hold. */
  async prepare(pause: () => Promise<void>): Promise<PreparedData> {
    const { dataset, split } = await this.divide(pause);
    return fitParts(dataset, split);
  }

  /** @throws KtrdrError `empty_split`, `one_class_only` where there is nothing to train or to judge */
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
        'Ask for fewer folds (--walk-forward), or train on a longer range.',
      { details: { fold: this.number, folds: this.of } },
    );
  }
}

/**
 * `count` folds over all rows in order of time: the rows are cut into `count + 1` blocks of equal size; fold k trains and
 * validates on the first k of them, in the file's proportion, and is judged by the block behind.
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
