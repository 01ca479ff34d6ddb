import { type DataCheckQuery, type DataReport, KtrdrError } from '@ktrdr/contracts';
import { type BarsFolders, symbolNotFound } from '../bars-access.js';
import { checkedSymbol, checkedTimeframe } from '../bars-file.js';
import type { Bars } from '../bars.js';
import { type AvailableBars, listBars } from '../list-bars.js';
import { readBars } from '../read-bars.js';
import { refusedReport, reportData } from './data-reports.js';
import { byGravity } from './finding.js';

/**
 * Reads the bars files of a folder and reports what is unusual about them, most serious first. A file that cannot be read has a
 * report with an error. Files of the same symbol are compared even if only one of them is wanted.
 *
 * Throws `invalid_name`, and `bars_not_found` if no file has the wanted name.
 */
export async function checkData(
  folders: BarsFolders,
  { symbol, timeframe }: DataCheckQuery,
): Promise<DataReport[]> {
  if (symbol !== undefined) checkedSymbol(symbol);
  if (timeframe !== undefined) checkedTimeframe(timeframe);
  const isWanted = (file: Pick<AvailableBars, 'symbol' | 'timeframe'>): boolean =>
    (symbol ?? file.symbol) === file.symbol && (timeframe ?? file.timeframe) === file.timeframe;
  const files = await listBars(folders.dataDir);
  if (!files.some(isWanted)) {
    if (symbol === undefined) return [];
    if (timeframe === undefined) throw symbolNotFound(folders.dataDir, symbol, files);
    // its error names the bars that there are
    await readBars({ ...folders, symbol, timeframe });
  }
  const reports: DataReport[] = [];
  for (const name of new Set(files.filter(isWanted).map((file) => file.symbol))) {
    const ofSymbol = files.filter((file) => file.symbol === name);
    reports.push(
      ...(await reportsOf(folders, ofSymbol)).filter((report) =>
        ofSymbol.some((file) => file.file === report.file && isWanted(file)),
      ),
    );
  }
  return reports.toSorted(byMostSeriousFinding);
}

async function reportsOf(folders: BarsFolders, files: readonly AvailableBars[]): Promise<DataReport[]> {
  const read: Bars[] = [];
  const refused: DataReport[] = [];
  for (const file of files) {
    try {
      read.push(await readBars({ ...folders, ...file }));
    } catch (error) {
      if (!(error instanceof KtrdrError)) throw error;
      refused.push(refusedReport(file, error));
    }
  }
  return [...refused, ...reportData(read)];
}

/** Reports without findings come last. Others keep their order. */
function byMostSeriousFinding(a: DataReport, b: DataReport): number {
  const [first, second] = [a.findings[0], b.findings[0]];
  if (first === undefined || second === undefined)
    return Number(first === undefined) - Number(second === undefined);
  return byGravity(first, second);
}
