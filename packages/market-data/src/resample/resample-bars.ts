import { type ConflictChoice, KtrdrError, type ResampledFile } from '@ktrdr/contracts';
import type { BarsName } from '../bars-access.js';
import { checkedTimeframe } from '../bars-file.js';
import { readBars } from '../read-bars.js';
import { storeBars } from '../store/store-bars.js';
import { resample } from './resample.js';

/** How bars are resampled. */
export interface ResampleOptions {
  /** Zone of the exchange: a daily bar is one of its days. Default: days of UTC. */
  timezone?: string | undefined;
  /** What happens if bars differ from those of an existing file. */
  onConflict: ConflictChoice;
  /** Time of the request, for the origin of the new files. */
  at: string;
}

/**
 * Makes bars of coarser timeframes from a file and stores them as {@link storeBars} does: all of them or none. {@link resample} has the
 * rules.
 *
 * @throws KtrdrError as `readBars`, `resample` and `storeBars`
 */
export async function resampleBars(
  from: BarsName,
  to: readonly string[],
  { timezone, onConflict, at }: ResampleOptions,
): Promise<ResampledFile[]> {
  const targets = [...new Set(to.map((timeframe) => checkedTimeframe(timeframe)))];
  const { dataDir, stateDir, symbol } = from;
  const bars = await readBars(from);
  const resampled = targets.map((timeframe) => resample(bars, timeframe, timezone));
  const empty = resampled.findIndex((one) => one.bars.length === 0);
  if (empty >= 0) {
    throw new KtrdrError(
      'not_enough_bars',
      `${bars.file} has no complete ${targets[empty]!} bar: choose a finer timeframe, or add bars.`,
      { details: { symbol, timeframe: targets[empty]! } },
    );
  }
  const stored = await storeBars(
    dataDir,
    resampled.map((one) => one.bars),
    {
      onConflict,
      origin: {
        kind: 'resample',
        from: `${symbol} ${from.timeframe}`,
        sha256: bars.sha256,
        profile: null,
        ...(timezone !== undefined && { timezone }),
        at,
      },
      ...(stateDir !== undefined && { stateDir }),
    },
  );
  return stored.map((one, index) => ({ ...one, left_out: resampled[index]!.leftOut }));
}
