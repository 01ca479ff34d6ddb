import { USER_PATTERN, type OperationStarted, type StartTrainingRequest } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { missingHost } from '../missing-host.js';
import { readStrategyFile } from '../strategy-file.js';
import { type Presentation, superviseOperation } from '../supervise-operation.js';
import { trainMany } from '../train-many.js';
import { flaggedFields } from '../training-flags.js';
import { trainingWords, type TrainingWords } from '../training-words.js';
import type { ReadOptions } from '../read-options.js';
import { noteOtherPlace } from '../training-place.js';
import { userName } from '../user-name.js';

/** The options also have the flags of the request: see `TRAINING_FLAGS`. */
export interface TrainOptions extends ReadOptions {
  detach?: boolean;
}

/** `ktrdr models train`: sends the text of each strategy file, and shows the trainings to their ends. */
export async function trainModels(
  context: CommandContext,
  words: string[],
  options: TrainOptions,
): Promise<ExitCode> {
  // fails on an invalid value before anything starts
  context.wantsHostService();
  const trainings = trainingWords(words);
  const [file = '', ...others] = trainings.files;
  if (others.length > 0)
    return trainMany(context, trainings.files, options, (one, mayStart, presentation) =>
      train(context, one, trainings, options, mayStart, presentation),
    );
  return train(context, file, trainings, options);
}

/** @param mayStart resolves when the training may start */
async function train(
  context: CommandContext,
  file: string,
  { symbols, timeframes }: TrainingWords,
  options: TrainOptions,
  mayStart: () => Promise<void> = () => Promise.resolve(),
  presentation?: Presentation,
): Promise<ExitCode> {
  const request: StartTrainingRequest = {
    strategy: await readStrategyFile(file),
    strategy_file: file,
    symbols,
    timeframes,
    ...flaggedFields(options),
    user: userOfQueue(),
  };
  return superviseOperation(
    context,
    {
      kind: 'start',
      start: async (api) => {
        await mayStart();
        const started = await api.post<OperationStarted>('/trainings/start', request);
        await noteOtherPlace(context, api, started);
        return started;
      },
      detach: options.detach,
      obstacle: missingHost,
    },
    options,
    presentation,
  );
}

/** The user of the training, for a queue's limit per user; `undefined` for an account without a usable name. */
function userOfQueue(): string | undefined {
  const name = userName();
  return name !== undefined && USER_PATTERN.test(name) ? name : undefined;
}
