import { CONFLICT_CHOICES, EXPORT_FORMATS } from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import type { AddCommand } from './add-command.js';
import { DETACH, END_DATE, START_DATE, TIMEFRAMES } from './common-options.js';
import { IMPORT_FLAGS } from './import/import-flags.js';
import { integer } from './option-values.js';

const SYMBOL = ['<symbol>', 'for example AAPL'] as const;

/** The commands of `ktrdr data`. */
export function defineData(data: Command, add: AddCommand): void {
  const imports = add(data, 'import', 'import files with bars, after showing what they mean', () =>
    import('./commands/data-import.js').then(({ importData }) => importData),
  ).argument('<file...>', 'files, folders or patterns; then perhaps a symbol and a timeframe');
  for (const flag of Object.values(IMPORT_FLAGS)) imports.addOption(flag);
  imports
    .option('--profile <name>', 'use choices that were kept')
    .option('--save-profile <name>', 'keep the choices of this import')
    .option('--server-path', "the files are in the API's import folder (IMPORT_DIR)")
    .option('-y, --yes', 'import what the files say for certain, without asking');
  add(data, 'profiles', 'choices that imports have kept', () =>
    import('./commands/data-profiles.js').then(({ profiles }) => profiles),
  ).option('--delete <name>', 'delete this one');
  add(data, 'list', 'bars files: range, size, where they came from', () =>
    import('./commands/data-list.js').then(({ listData }) => listData),
  );
  add(data, 'show', 'one bars file: facts, origins, report, price chart', () =>
    import('./commands/data-show.js').then(({ showData }) => showData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES);
  add(data, 'check', 'report what is unusual about the bars: splits, halts, gaps, bad prints', () =>
    import('./commands/data-check.js').then(({ checkData }) => checkData),
  )
    .argument('[symbol]', 'for example AAPL (default: all files)')
    .argument('[timeframe]', TIMEFRAMES);
  add(data, 'sample', 'write synthetic bars, or real ones of the S&P 500: SP500 1d', () =>
    import('./commands/data-sample.js').then(({ sampleData }) => sampleData),
  )
    .argument(...SYMBOL)
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
  add(data, 'export', 'write bars to a file', () =>
    import('./commands/data-export.js').then(({ exportData }) => exportData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES)
    .argument(
      '<file>',
      `its ending says the format: ${EXPORT_FORMATS.map((format) => `.${format}`).join(', ')}`,
    )
    .option(...START_DATE)
    .option(...END_DATE)
    .option('-y, --yes', 'replace an existing file without asking');
  add(data, 'resample', 'make bars of coarser timeframes', () =>
    import('./commands/data-resample.js').then(({ resampleData }) => resampleData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', 'of the bars that there are, for example 1m')
    .argument('<to>', 'coarser timeframes: 5m,1h,1d')
    .option('--timezone <zone>', 'zone of the exchange: a daily bar is one of its days (default UTC)')
    .addOption(IMPORT_FLAGS.on_conflict);
  add(data, 'delete', 'delete a bars file permanently, after a confirmation', () =>
    import('./commands/data-delete.js').then(({ deleteData }) => deleteData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES)
    .option('-y, --yes', 'do not ask for confirmation');
}
