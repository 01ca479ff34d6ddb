import { KtrdrError, shellWord } from '@ktrdr/contracts';
import { openOutsideFile, type OutsideFile, RefusedFileError } from '@ktrdr/files';
import { barsFileName } from './bars-file.js';
import { type AvailableBars, listBars } from './list-bars.js';
import { settleBars } from './store/bars-transaction.js';

const MAX_NAMED = 12;
/** About 80 million bars: 150 years of one-minute bars. */
const MOST_BYTES = 4 * 2 ** 30;

/** Folders of bars. */
export interface BarsFolders {
  /** Folder of the bars files. */
  dataDir: string;
  /** Folder of the service's state. `{stateDir}/bars` caches the parsed bars. Without it, every read parses the file. */
  stateDir?: string;
}

/** Identifies one bars file. */
export interface BarsName extends BarsFolders {
  symbol: string;
  timeframe: string;
}

/**
 * Opens a bars file for reading.
 *
 * @throws KtrdrError `invalid_name`, `bars_not_found` (lists the available bars), `bars_invalid`, `folder_missing`
 */
export async function openBarsFile(name: BarsName): Promise<OutsideFile> {
  const { dataDir, symbol, timeframe } = name;
  const file = barsFileName(symbol, timeframe);
  await settleBars(dataDir);
  try {
    return await openOutsideFile(dataDir, file, { maxBytes: MOST_BYTES });
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    if (error.refusal === 'missing') throw await barsNotFound(name, error);
    const other = error.refusal === 'link' ? ', or set DATA_DIR to the folder that holds it' : '';
    throw new KtrdrError('bars_invalid', `${file} in ${dataDir} ${error.reason}${other}.`, {
      details: { symbol, timeframe, file },
      cause: error,
    });
  }
}

/** No file has bars of a symbol, in any timeframe. @param listed the bars that there are */
export function symbolNotFound(
  dataDir: string,
  symbol: string,
  listed: readonly AvailableBars[],
): KtrdrError {
  const available = [...new Set(listed.map((bars) => bars.symbol))];
  const meant = available.find((name) => name.toUpperCase() === symbol.toUpperCase());
  return new KtrdrError(
    'bars_not_found',
    `There are no bars of ${symbol} in ${dataDir}. ` +
      `${meant === undefined ? '' : `Did you mean ${meant}? `}${thereAre('Symbols with bars', available)} ` +
      `${ownBars(symbol, '1d')}`,
    { details: { symbol, available } },
  );
}

async function barsNotFound({ dataDir, symbol, timeframe }: BarsName, cause: unknown): Promise<KtrdrError> {
  const file = barsFileName(symbol, timeframe);
  const listed = await listBars(dataDir).catch((error: unknown) => {
    if (error instanceof KtrdrError) throw error;
    return [];
  });
  const available = listed.map((bars) => `${bars.symbol} ${bars.timeframe}`);
  const meant = listed.find(
    (bars) => bars.symbol.toUpperCase() === symbol.toUpperCase() && bars.timeframe === timeframe,
  );
  return new KtrdrError(
    'bars_not_found',
    `There are no ${timeframe} bars of ${symbol}: ${file} is not in ${dataDir}. ` +
      `${meant === undefined ? '' : `Did you mean ${meant.symbol}? `}${thereAre('Available bars', available)} ${ownBars(symbol, timeframe)}`,
    { details: { symbol, timeframe, file, available }, cause },
  );
}

function ownBars(symbol: string, timeframe: string): string {
  const words = `${shellWord(symbol)} ${timeframe}`;
  return `Import your own: ktrdr data import FILE ${words}, or create a sample: ktrdr data sample ${words}`;
}

function thereAre(what: string, names: readonly string[]): string {
  if (names.length === 0) return 'There are no bars yet.';
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${what}: ${names.slice(0, MAX_NAMED).join(', ')}${more}.`;
}
