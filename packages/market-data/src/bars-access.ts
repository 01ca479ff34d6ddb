import { type FileHandle, open } from 'node:fs/promises';
import { KtrdrError } from '@ktrdr/contracts';
import { barsFile, barsFileName } from './bars-file.js';
import { listBars } from './list-bars.js';

const MAX_NAMED = 12;

/** Identifies one bars file. */
export interface BarsName {
  dataDir: string;
  symbol: string;
  timeframe: string;
}

/**
 * Opens a bars file for reading. Throws `invalid_name`, `bars_not_found` (lists the available bars) or `bars_invalid`.
 */
export async function openBarsFile(name: BarsName): Promise<FileHandle> {
  const path = barsFile(name.dataDir, name.symbol, name.timeframe);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw await barsNotFound(name, error);
    throw unreadable(name, code ?? 'unknown error', error);
  }
  const isFile = await handle.stat().then((stats) => stats.isFile());
  if (isFile) return handle;
  await handle.close();
  throw unreadable(name, 'it is a folder or special file');
}

function unreadable({ dataDir, symbol, timeframe }: BarsName, reason: string, cause?: unknown): KtrdrError {
  const file = barsFileName(symbol, timeframe);
  return new KtrdrError('bars_invalid', `${file} in ${dataDir} cannot be read: ${reason}.`, {
    details: { symbol, timeframe, file },
    cause,
  });
}

async function barsNotFound({ dataDir, symbol, timeframe }: BarsName, cause: unknown): Promise<KtrdrError> {
  const file = barsFileName(symbol, timeframe);
  const listed = await listBars(dataDir).catch(() => []);
  const available = listed.map((bars) => `${bars.symbol} ${bars.timeframe}`);
  const meant = listed.find(
    (bars) => bars.symbol.toUpperCase() === symbol.toUpperCase() && bars.timeframe === timeframe,
  );
  const named = available.slice(0, MAX_NAMED).join(', ');
  const more = available.length > MAX_NAMED ? ` and ${available.length - MAX_NAMED} more` : '';
  const there = available.length === 0 ? 'There are no bars yet.' : `Available bars: ${named}${more}.`;
  return new KtrdrError(
    'bars_not_found',
    `There are no ${timeframe} bars of ${symbol}: ${file} is not in ${dataDir}. ` +
      `${meant === undefined ? '' : `Did you mean ${meant.symbol}? `}${there} Put your own bars there, or create a sample: ktrdr data sample ${symbol} ${timeframe}`,
    { details: { symbol, timeframe, file, available }, cause },
  );
}
