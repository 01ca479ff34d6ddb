import type { Command } from 'commander';
import type { AddCommand } from './add-command.js';
import { END_DATE, START_DATE, TIMEFRAMES } from './common-options.js';
import { integer } from './option-values.js';

/** The commands of `ktrdr data`. */
export function defineData(data: Command, add: AddCommand): void {
  add(data, 'check', 'report what is unusual about the bars: splits, halts, gaps, bad prints', () =>
    import('./commands/data-check.js').then(({ checkData }) => checkData),
  )
    .argument('[symbol]', 'for example AAPL (default: all files)')
    .argument('[timeframe]', TIMEFRAMES);
  add(data, 'sample', 'write synthetic bars, or real ones of the S&P 500: SP500 1d', () =>
    import('./commands/data-sample.js').then(({ sampleData }) => sampleData),
  )
    .argument('<symbol>', 'for example AAPL')
    .argument('<timeframe>', TIMEFRAMES)
    .option(...START_DATE)
    .option(...END_DATE)
    .option('--seed <number>', 'the same seed gives the same bars', integer)
    .option('--overwrite', 'replace an existing file');
}
