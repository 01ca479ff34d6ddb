import { EXPORT_FORMATS } from '@ktrdr/contracts';
import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { DETACH, END_DATE, START_DATE, TIMEFRAMES, WATCH, YES } from '../common-options.js';
import { IMPORT_FLAGS } from '../import/import-flags.js';
import { integer } from '../option-values.js';

const SYMBOL = ['<symbol>', 'for example AAPL'] as const;

/** The commands of `ktrdr data`. */
export function defineData(data: Command, add: AddCommand): void {
  const imports = add(data, 'import', 'import bars from files, after a preview', () =>
    import('../commands/data-import.js').then(({ importData }) => importData),
  ).argument('<file...>', 'files, folders or patterns; then optionally a symbol and a timeframe');
  for (const flag of Object.values(IMPORT_FLAGS)) imports.addOption(flag);
  imports
    .option('--profile <name>', 'use the choices of a profile')
    .option('--save-profile <name>', 'save the choices of this import as a profile')
    .option('--server-path', "the files are below the API's folder IMPORT_DIR; nothing is uploaded")
    .option('--resample <timeframes>', 'also make bars of coarser timeframes: 5m,1h,1d')
    .option('-y, --yes', 'import without asking; a file with an open question is refused');
  add(data, 'profiles', 'profiles: saved choices of imports', () =>
    import('../commands/data-profiles.js').then(({ profiles }) => profiles),
  ).option('--delete <name>', 'delete this profile');
  add(data, 'list', 'bars files: range, size, origin', () =>
    import('../commands/data-list.js').then(({ listData }) => listData),
  ).option(...WATCH);
  add(data, 'show', 'one bars file: price chart, origins, data report, models', () =>
    import('../commands/data-show.js').then(({ showData }) => showData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES);
  add(data, 'check', 'report what is unusual about the bars: splits, halts, gaps, bad prints', () =>
    import('../commands/data-check.js').then(({ checkData }) => checkData),
  )
    .argument('[symbol]', 'for example AAPL (default: all files)')
    .argument('[timeframe]', TIMEFRAMES);
  add(data, 'sample', 'write synthetic bars, or real ones of the S&P 500: SP500 1d', () =>
    import('../commands/data-sample.js').then(({ sampleData }) => sampleData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES)
    .option(...START_DATE)
    .option(...END_DATE)
    .option('--seed <number>', 'the same seed gives the same bars', integer)
    .option('--overwrite', 'replace an existing file');
  add(data, 'download', 'download the missing bars of a bars file', () =>
    import('../commands/data-download.js').then(({ downloadData }) => downloadData),
  )
    .argument('<symbol>', 'as the source writes it, for example BTC/USDT')
    .argument('[timeframe]', TIMEFRAMES, '1d')
    .requiredOption('--source <name>', 'see ktrdr data sources')
    .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC); default: continue after the last bar')
    .option(...END_DATE)
    .addOption(IMPORT_FLAGS.on_conflict)
    .option(...DETACH);
  add(data, 'sources', 'sources of downloads, with their terms', () =>
    import('../commands/data-sources.js').then(({ listSources }) => listSources),
  );
  add(data, 'export', 'write bars to a file', () =>
    import('../commands/data-export.js').then(({ exportData }) => exportData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES)
    .argument(
      '<file>',
      `its ending chooses the format: ${EXPORT_FORMATS.map((format) => `.${format}`).join(', ')}`,
    )
    .option(...START_DATE)
    .option(...END_DATE)
    .option('-y, --yes', 'replace an existing file without asking');
  add(data, 'resample', 'make bars of coarser timeframes', () =>
    import('../commands/data-resample.js').then(({ resampleData }) => resampleData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', 'timeframe of the stored bars, for example 1m')
    .argument('<to>', 'coarser timeframes: 5m,1h,1d')
    .option('--timezone <zone>', 'time zone of the exchange, for daily bars (default UTC)')
    .addOption(IMPORT_FLAGS.on_conflict);
  add(data, 'delete', 'delete a bars file permanently, after a confirmation', () =>
    import('../commands/data-delete.js').then(({ deleteData }) => deleteData),
  )
    .argument(...SYMBOL)
    .argument('<timeframe>', TIMEFRAMES)
    .option(...YES);
}
