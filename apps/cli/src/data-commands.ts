import { CONFLICT_CHOICES } from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import type { AddCommand } from './add-command.js';
import { DETACH, END_DATE, START_DATE, TIMEFRAMES } from './common-options.js';
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
  add(data, 'download', 'download the bars that a bars file lacks', () =>
    import('./commands/data-download.js').then(({ downloadData }) => downloadData),
  )
    .argument('<symbol>', 'as the source writes it, for example BTC/USDT')
    .argument('[timeframe]', TIMEFRAMES, '1d')
    .requiredOption('--source <name>', 'see ktrdr data sources')
    .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC); default: go on after the last bar')
    .option(...END_DATE)
    .addOption(
      new Option('--on-conflict <choice>', 'if bars differ from those of the file (default refuse)').choices(
        CONFLICT_CHOICES,
      ),
    )
    .option(...DETACH);
  add(data, 'sources', 'where bars can be downloaded from', () =>
    import('./commands/data-sources.js').then(({ listSources }) => listSources),
  );
}
