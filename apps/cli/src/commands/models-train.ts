import { userInfo } from 'node:os';
import { USER_PATTERN, type OperationStarted, type StartTrainingRequest } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { missingHost } from '../missing-host.js';
import { readStrategyFile } from '../strategy-file.js';
import { superviseOperation } from '../supervise-operation.js';
import { flaggedFields } from '../training-flags.js';
import type { ReadOptions } from '../read-options.js';
import { noteOtherPlace } from '../training-place.js';

/** The options also have the flags of the request: see `TRAINING_FLAGS`. */
export interface TrainOptions extends ReadOptions {
  detach?: boolean;
}

/** `ktrdr models train`: sends the strategy file's text and shows the training to its end. */
export async function trainModel(
  context: CommandContext,
  file: string,
  symbols: string | undefined,
  timeframes: string | undefined,
  options: TrainOptions,
): Promise<ExitCode> {
  // fails on an invalid value before anything starts
  context.wantsHostService();
  const request: StartTrainingRequest = {
    strategy: await readStrategyFile(file),
    strategy_file: file,
    symbols: names('symbol', symbols),
    timeframes: names('timeframe', timeframes),
    ...flaggedFields(options),
    user: userName(),
  };
  return superviseOperation(
    context,
    {
      kind: 'start',
      start: async (api) => {
        const started = await api.post<OperationStarted>('/trainings/start', request);
        await noteOtherPlace(context, api, started);
        return started;
      },
      detach: options.detach,
      obstacle: missingHost,
    },
    options,
  );
}

/** `AAPL,GOOG` as a list. */
function names(what: string, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const list = text.split(',').map((name) => name.trim());
  if (list.includes('')) throw new UsageError(`'${text}' has an empty ${what}. Write several as A,B.`);
  return list;
}

/** The user of the training, for a queue's limit per user; `undefined` for an account without a usable name. */
function userName(): string | undefined {
  try {
    const { username } = userInfo();
    return USER_PATTERN.test(username) ? username : undefined;
  } catch {
    // an account that the system does not know, as in some containers
    return undefined;
  }
}
