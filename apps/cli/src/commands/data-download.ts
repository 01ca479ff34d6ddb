import type { ConflictChoice, OperationStarted, StartDownloadRequest } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { superviseOperation } from '../supervise-operation.js';

export interface DownloadOptions extends ReadOptions {
  source: string;
  startDate?: string;
  endDate?: string;
  onConflict?: ConflictChoice;
  detach?: boolean;
}

/** `ktrdr data download`: fetches the missing bars of a bars file. */
export function downloadData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  options: DownloadOptions,
): Promise<ExitCode> {
  const { source, startDate, endDate, onConflict, detach } = options;
  const request: StartDownloadRequest = {
    symbol,
    timeframe,
    source,
    start_date: startDate,
    end_date: endDate,
    on_conflict: onConflict,
  };
  return superviseOperation(
    context,
    {
      kind: 'start',
      start: (api) => api.post<OperationStarted>('/data/downloads/start', request),
      detach,
    },
    options,
  );
}
