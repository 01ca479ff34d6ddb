import { TIMEFRAME_MS, type DataFinding, type DataReport, KtrdrError } from '@ktrdr/contracts';
import type { AvailableBars } from '../list-bars.js';
import type { Bars } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import { findBadPrints } from './bad-prints.js';
import { byGravity } from './finding.js';
import { findFlatBars } from './flat-bars.js';
import { learnCalendar } from './market-calendar.js';
import { findMissingBars } from './missing-bars.js';
import { findPriceJumps } from './price-jumps.js';
import { findPricesNotPositive } from './positive-findings.js';
import { findRepeatedStretches } from './repeated-stretches.js';
import { findStaleBars } from './stale-findings.js';
import { typicalValues } from './typical-values.js';
import { findZeroVolume } from './volume.js';
import { findWeekendBars } from './weekend-bars.js';

/**
 * Reports what is unusual about the files of one symbol. Every place that shows a data report gets it from here.
 *
 * Each file is judged by itself, and against the finest file: whether it covers that file's bars. O(bars).
 */
export function reportData(files: readonly Bars[]): DataReport[] {
  const finest = files.toSorted((a, b) => TIMEFRAME_MS[a.timeframe] - TIMEFRAME_MS[b.timeframe])[0];
  return files.map((bars) => {
    const stale = finest === undefined || finest === bars ? [] : findStaleBars(finest, bars);
    return reportOf(bars, [...stale, ...findingsOf(bars)]);
  });
}

/** The report of a file that cannot be read. */
export function refusedReport({ symbol, timeframe, file }: AvailableBars, error: KtrdrError): DataReport {
  const finding: DataFinding = {
    kind: 'refused',
    severity: 'error',
    message: error.message,
    bars: 0,
    share: 0,
    first: null,
    last: null,
    examples: [],
  };
  return { symbol, timeframe, file, bars: 0, start: null, end: null, findings: [finding] };
}

function findingsOf(bars: Bars): DataFinding[] {
  const calendar = learnCalendar(bars.time, bars.timeframe);
  const typical = typicalValues(bars);
  const jumps = findPriceJumps(bars, typical);
  return [
    ...jumps.findings,
    ...findBadPrints(bars, typical, jumps.isSpike),
    ...findFlatBars(bars),
    ...findRepeatedStretches(bars),
    ...findMissingBars(bars, calendar),
    ...findWeekendBars(bars, calendar),
    ...findPricesNotPositive(bars),
    ...findZeroVolume(bars),
  ];
}

function reportOf(bars: Bars, findings: DataFinding[]): DataReport {
  const { symbol, timeframe, file, time, length } = bars;
  return {
    symbol,
    timeframe,
    file,
    bars: length,
    start: formatBarTime(time[0]!, timeframe),
    end: formatBarTime(time[length - 1]!, timeframe),
    findings: findings.toSorted(byGravity),
  };
}
