import { type BarsDetails, KtrdrError } from '@ktrdr/contracts';
import { type BarsFolders, openBarsFile } from './bars-access.js';
import { barsInRange } from './chart-bars.js';
import { checkData } from './report/check-data.js';
import { listBarsInfo } from './store/list-bars-info.js';

/**
 * What a bars file holds, where it came from, what is unusual about it, and its chart.
 *
 * @param points maximum number of bars in the chart
 * @throws KtrdrError `invalid_name`, `bars_not_found`, `folder_missing`
 */
export async function showBars(
  folders: BarsFolders,
  symbol: string,
  timeframe: string,
  points: number,
): Promise<Omit<BarsDetails, 'models'>> {
  // its error names the bars that there are
  await (await openBarsFile({ ...folders, symbol, timeframe })).close();
  const [info] = await listBarsInfo(folders, { symbol, timeframe });
  const [report] = await checkData(folders, { symbol, timeframe });
  if (info === undefined || report === undefined)
    throw new KtrdrError('bars_not_found', `The ${timeframe} bars of ${symbol} have just been deleted.`);
  const chart = info.problem === null ? await barsInRange(folders, symbol, timeframe, { points }) : [];
  return { info, report, chart };
}
