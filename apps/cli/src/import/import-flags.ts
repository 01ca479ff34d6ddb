import {
  ADJUST_CHOICES,
  BAD_ROW_CHOICES,
  CONFLICT_CHOICES,
  IMPORT_COLUMNS,
  KtrdrError,
  readColumns,
  readWantedValues,
  readPriceScale,
  readSymbolMap,
  STAMP_CHOICES,
  type ImportChoices,
} from '@ktrdr/contracts';
import { InvalidArgumentError, Option } from 'commander';
import type { ReadOptions } from '../read-options.js';

/** Flag of each choice of an import. */
export const IMPORT_FLAGS: Record<keyof ImportChoices, Option> = {
  symbol: new Option('--symbol <symbol>', 'symbol of the bars, if the file has only one'),
  symbol_map: new Option('--symbol-map <old=new,...>', 'new names for symbols of the file').argParser(
    parsed(readSymbolMap),
  ),
  timeframe: new Option('--timeframe <timeframe>', '1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w'),
  timezone: new Option('--timezone <zone>', 'time zone of local times: America/New_York, UTC, -05:00'),
  date_format: new Option('--date-format <format>', 'for example DD/MM/YYYY, YYYYMMDD HHmmss or unix_ms'),
  stamps: new Option('--stamps <what>', 'times are open times (default) or close times of bars').choices(
    STAMP_CHOICES,
  ),
  columns: new Option(
    '--columns <meaning=column,...>',
    `names or numbers of columns: time=1,close=Last. Meanings: ${IMPORT_COLUMNS.join(', ')}`,
  ).argParser(parsed(readColumns)),
  only: new Option(
    '--only <column=value,...>',
    'imports only rows with this value: currency=USD; currency=* takes all rows as one series',
  ).argParser(parsed(readWantedValues)),
  decimal: new Option('--decimal <sign>', 'decimal sign').choices(['.', ',']),
  price_scale: new Option(
    '--price-scale <number>',
    'divides the prices of the file: 10000 if it writes 1.5 as 15000',
  ).argParser(parsed(readPriceScale)),
  adjust: new Option(
    '--adjust <how>',
    'adjusted close: not used (none, default), as the close, or to scale all prices (ratio)',
  ).choices(ADJUST_CHOICES),
  bad_rows: new Option(
    '--bad-rows <what>',
    'rows with an invalid value: refuse the file (default), or drop the rows',
  ).choices(BAD_ROW_CHOICES),
  on_conflict: new Option(
    '--on-conflict <what>',
    'bars that differ from stored bars: refuse them (default), keep the stored bars, or replace them',
  ).choices(CONFLICT_CHOICES),
};

/** Options of `ktrdr data import`, besides the flags of its choices. */
export interface ImportOptions extends ReadOptions {
  profile?: string;
  saveProfile?: string;
  serverPath?: boolean;
  resample?: string;
  yes?: boolean;
}

/** The choices that flags make. */
export function flaggedChoices(options: object): ImportChoices {
  const values = options as Record<string, unknown>;
  const choices = Object.entries(IMPORT_FLAGS).map(([name, flag]) => [name, values[flag.attributeName()]]);
  return Object.fromEntries(choices.filter(([, value]) => value !== undefined)) as ImportChoices;
}

/** The parser of an option, from one that throws a typed error. */
function parsed<Value>(read: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      throw error instanceof KtrdrError ? new InvalidArgumentError(error.message) : error;
    }
  };
}
