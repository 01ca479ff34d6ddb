import {
  type ConflictChoice,
  isTimeframe,
  printable,
  type ResampleBarsRequest,
  type ResampledBars,
  timeframeHint,
  TIMEFRAMES,
} from '@ktrdr/contracts';
import type { ApiClient } from '../api-client.js';
import { UsageError } from '../cli-error.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { storedBarsView } from '../views/bars-view.js';

/** Timeout, ms: the API reads and writes whole files. */
const TIMEOUT_MS = 600_000;

export interface ResampleOptions extends ReadOptions {
  timezone?: string;
  onConflict?: ConflictChoice;
}

/**
 * `ktrdr data resample`: makes bars of coarser timeframes.
 *
 * @param to coarser timeframes, separated by commas
 */
export async function resampleData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  to: string,
  { timezone, onConflict, ...options }: ResampleOptions,
): Promise<ExitCode> {
  const request = { symbol, timeframe, to: timeframesOf(to), timezone, on_conflict: onConflict };
  await resampleStored(context, openApi(context, options), request, options);
  return EXIT.completed;
}

/** Makes coarser bars of stored ones, and shows the new files. */
export async function resampleStored(
  context: CommandContext,
  api: ApiClient,
  request: ResampleBarsRequest,
  options: ReadOptions,
): Promise<void> {
  const resampled = await api.post<ResampledBars>('/data/resample', request, TIMEOUT_MS);
  answer(context, options, resampled, {
    view: ({ stored }, { style }) => {
      const cut = stored.filter(({ left_out }) => left_out > 0).map(({ file }) => file);
      const note = printable(`  note: the last bar is incomplete and is left out: ${cut.join(', ')}`);
      return storedBarsView(stored, style) + (cut.length === 0 ? '' : `\n${note}`);
    },
    names: ({ stored }) => stored.map(({ file }) => file),
  });
}

/** `5m,1h` as a list. @throws UsageError for a word that is not a timeframe */
export function timeframesOf(text: string): string[] {
  return text.split(',').map((word) => {
    const timeframe = word.trim();
    if (isTimeframe(timeframe)) return timeframe;
    const hint = timeframeHint(timeframe) || '.';
    throw new UsageError(`${timeframe} is not a timeframe: choose one of ${TIMEFRAMES.join(', ')}${hint}`);
  });
}
