import {
  type ComputeIndicatorRequest,
  type ComputeIndicatorResponse,
  KtrdrError,
  MOST_INDICATOR_VALUES,
  type SuccessResponse,
} from '@ktrdr/contracts';
import {
  type BarsFolders,
  formatBarTime,
  parseDateRange,
  readBars,
  requirePositivePrices,
  selectRange,
} from '@ktrdr/market-data';
import { checkIndicator } from '../indicators/check-indicator.js';

/**
 * Computes an indicator on all bars up to the end date, so that no value depends on the start date.
 *
 * @returns the whole response as JSON in UTF-8: half a million values take long to serialize
 * @throws KtrdrError `indicator_not_found`, `invalid_request`, `invalid_name`, `invalid_date`, `invalid_date_range`,
 * `bars_not_found`, `bars_invalid`, `no_bars_in_range`
 */
export async function indicatorValues(
  folders: BarsFolders,
  request: ComputeIndicatorRequest,
): Promise<Uint8Array> {
  const { symbol, timeframe } = request;
  const indicator = checkIndicator(request.type, request.params ?? {});
  const range = parseDateRange(request.start_date, request.end_date);
  const all = await readBars({ ...folders, symbol, timeframe });
  const { bars, firstRow } = selectRange(all, { ...range, history: all.length });
  refuseTooMany(bars.length - firstRow, indicator.outputs.length + 1);
  if (indicator.whyRatio !== null) {
    requirePositivePrices(all, bars.time[0]!, bars.time.at(-1)!, {
      why: indicator.whyRatio,
      alternative: 'an indicator',
    });
  }
  const series = indicator.compute(bars);
  const data: ComputeIndicatorResponse = {
    symbol: bars.symbol,
    timeframe: bars.timeframe,
    type: indicator.type,
    params: { ...indicator.parameters },
    timestamps: Array.from(bars.time.subarray(firstRow), (time) => formatBarTime(time, bars.timeframe)),
    outputs: Object.fromEntries(
      indicator.outputs.map((name, output) => [name, orNull(series[output]!.subarray(firstRow))]),
    ),
    warnings: indicator.warnings,
  };
  return new TextEncoder().encode(JSON.stringify({ success: true, data } satisfies SuccessResponse<unknown>));
}

function refuseTooMany(bars: number, columns: number): void {
  if (bars * columns <= MOST_INDICATOR_VALUES) return;
  const most = Math.floor(MOST_INDICATOR_VALUES / columns).toLocaleString('en-US');
  throw new KtrdrError(
    'invalid_request',
    `${bars.toLocaleString('en-US')} bars are too many for one answer. The limit for this indicator is ${most}: ` +
      'choose a later start_date or an earlier end_date.',
    { details: { bars, most_bars: Math.floor(MOST_INDICATOR_VALUES / columns) } },
  );
}

/** JSON has no NaN. */
function orNull(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}
