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
  { timezone, onConflict, json, verbose }: ResampleOptions,
): Promise<ExitCode> {
  const request = { symbol, timeframe, to: timeframesOf(to), timezone, on_conflict: onConflict };
  await resampleStored(context, openApi(context, { verbose }), request, json);
  return EXIT.completed;
}

/** Makes coarser bars of stored ones, and shows the new files. */
export async function resampleStored(
  { output }: CommandContext,
  api: ApiClient,
  request: ResampleBarsRequest,
  json: boolean | undefined,
): Promise<void> {
  const { stored } = await api.post<ResampledBars>('/data/resample', request, TIMEOUT_MS);
  if (json) {
    output.json({ stored });
    return;
  }
  output.out(storedBarsView(stored, output.style));
  const cut = stored.filter(({ left_out }) => left_out > 0).map(({ file }) => file);
  if (cut.length > 0)
    output.out(printable(`  note: the last bar is incomplete and is left out: ${cut.join(', ')}`));
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
