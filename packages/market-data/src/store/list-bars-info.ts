import { type BarsInfo, KtrdrError } from '@ktrdr/contracts';
import type { BarsFolders, BarsName } from '../bars-access.js';
import { barsFileFacts } from '../fingerprint.js';
import { type AvailableBars, listBars } from '../list-bars.js';
import { readBars } from '../read-bars.js';
import { formatBarTime } from '../timestamp.js';
import { readSources } from './bars-sources.js';

type Content = Pick<BarsInfo, 'rows' | 'first' | 'last' | 'problem'>;

/** Number of files whose content is kept. */
const MOST_KEPT = 1_000;

/** By fingerprint and timeframe: a file with the same bytes has the same bars. */
const kept = new Map<string, Content>();

/**
 * The bars files of a folder with their range and origins, sorted as by {@link listBars}. A file is parsed once: by its fingerprint its
 * range is known afterwards, and at once for stored bars. A file that cannot be read is listed with its problem.
 *
 * @throws KtrdrError `folder_missing`
 */
export async function listBarsInfo(
  folders: BarsFolders,
  only: Partial<Pick<BarsName, 'symbol' | 'timeframe'>> = {},
): Promise<BarsInfo[]> {
  const files = (await listBars(folders.dataDir)).filter(
    ({ symbol, timeframe }) =>
      (only.symbol ?? symbol) === symbol && (only.timeframe ?? timeframe) === timeframe,
  );
  const listed: BarsInfo[] = [];
  for (const file of files) {
    const info = await infoOf(folders, file);
    if (info !== null) listed.push(info);
  }
  return listed;
}

/** `null` if the file has been deleted. */
async function infoOf(
  folders: BarsFolders,
  { symbol, timeframe, file }: AvailableBars,
): Promise<BarsInfo | null> {
  const sources = await readSources(folders.dataDir, file);
  const origins = sources?.origins ?? [];
  try {
    const { sha256, bytes } = await barsFileFacts({ ...folders, symbol, timeframe });
    const same = sources?.sha256 === sha256 ? sources : null;
    const content =
      same === null
        ? await contentOf(folders, { symbol, timeframe, file }, sha256)
        : { rows: same.rows, first: same.first, last: same.last, problem: null };
    return {
      symbol,
      timeframe,
      file,
      bytes,
      sha256,
      ...content,
      origins,
      changed_since: sources !== null && same === null,
    };
  } catch (error) {
    if (!(error instanceof KtrdrError)) throw error;
    if (error.code === 'bars_not_found') return null;
    const unreadable = { bytes: 0, sha256: '', rows: null, first: null, last: null, problem: error.message };
    return { symbol, timeframe, file, ...unreadable, origins, changed_since: false };
  }
}

async function contentOf(
  folders: BarsFolders,
  { symbol, timeframe }: AvailableBars,
  sha256: string,
): Promise<Content> {
  const key = `${sha256} ${timeframe}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const content = await readContent({ ...folders, symbol, timeframe });
  kept.set(key, content);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return content;
}

async function readContent(name: BarsName): Promise<Content> {
  try {
    const { time, length, timeframe } = await readBars(name);
    const [first, last] = [time[0]!, time[length - 1]!];
    return {
      rows: length,
      first: formatBarTime(first, timeframe),
      last: formatBarTime(last, timeframe),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof KtrdrError) || error.code !== 'bars_invalid') throw error;
    return { rows: null, first: null, last: null, problem: error.message };
  }
}
