import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OperationStarted } from '@ktrdr/contracts';
import { backtestRequest, tradesFormat } from '../backtest-flags.js';
import { UsageError } from '../cli-error.js';
import { operationPath } from '../api-client.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import type { ReadOptions } from '../read-options.js';
import { superviseOperation } from '../supervise-operation.js';

/** The options also have the flags of the request: see `BACKTEST_FLAGS`. */
export interface BacktestOptions extends ReadOptions {
  /** File for the trades. */
  trades?: string;
  detach?: boolean;
}

/**
 * `ktrdr models backtest`: shows the backtest to its end, and stores its trades.
 *
 * @param model `strategy/version`, as `models list` shows it
 */
export async function backtestModel(
  context: CommandContext,
  model: string,
  options: BacktestOptions,
): Promise<ExitCode> {
  const { trades, detach } = options;
  const path = `${modelPath(model)}/backtest`;
  if (trades !== undefined) await checkTradesFile(trades, detach);
  const request = backtestRequest(options);
  return superviseOperation(
    context,
    {
      kind: 'start',
      start: (api) => api.post<OperationStarted>(path, request),
      detach,
      onCompleted: async (api, id) => {
        if (trades === undefined) return;
        await api.download(`${operationPath(id)}/trades/${tradesFormat(trades)}`, trades);
      },
    },
    options,
  );
}

/** @throws UsageError if the trades cannot be written to that file */
async function checkTradesFile(file: string, detach: boolean | undefined): Promise<void> {
  if (detach) throw new UsageError('--trades needs the result: leave out --detach.');
  const folder = dirname(file);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`The folder of --trades does not exist: ${folder}. Create it first.`);
}
