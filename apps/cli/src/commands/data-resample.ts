import {
  type ConflictChoice,
  printable,
  type ResampleBarsRequest,
  type ResampledBars,
} from '@ktrdr/contracts';
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
  const { output } = context;
  const request: ResampleBarsRequest = {
    symbol,
    timeframe,
    to: to.split(',').map((one) => one.trim()),
    timezone,
    on_conflict: onConflict,
  };
  const api = openApi(context, { verbose });
  const { stored } = await api.post<ResampledBars>('/data/resample', request, TIMEOUT_MS);
  if (json) {
    output.json({ stored });
    return EXIT.completed;
  }
  output.out(storedBarsView(stored, output.style));
  const cut = stored.filter(({ left_out }) => left_out > 0).map(({ file }) => file);
  if (cut.length > 0)
    output.out(printable(`  note: the last bar is incomplete and is left out: ${cut.join(', ')}`));
  return EXIT.completed;
}
