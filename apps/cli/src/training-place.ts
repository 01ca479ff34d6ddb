import type { OperationStarted } from '@ktrdr/contracts';
import type { ApiClient } from './api-client.js';
import { CliError } from './cli-error.js';
import type { CommandContext } from './context.js';

/**
 * Prints a note on stderr if `USE_TRAINING_HOST_SERVICE` is set for `ktrdr` but the API trains elsewhere. The API reads the
 * setting only when it starts, and a user may not know that.
 */
export async function noteOtherPlace(
  { output, wantsHostService }: CommandContext,
  api: ApiClient,
  { operation_id }: OperationStarted,
): Promise<void> {
  const wanted = wantsHostService();
  if (wanted === undefined) return;
  try {
    const { host_service } = (await api.operation(operation_id)).progress.context;
    if (host_service !== null && host_service !== wanted) output.note(wanted ? NO_HOST : NO_LOCAL);
  } catch (error) {
    // following the operation meets the same error and reports it
    if (!(error instanceof CliError)) throw error;
  }
}

const NO_HOST =
  'note: USE_TRAINING_HOST_SERVICE=true has no effect on ktrdr. The API trains on its own machine; start it with USE_TRAINING_HOST_SERVICE=true npm start';

const NO_LOCAL =
  'note: USE_TRAINING_HOST_SERVICE=false has no effect on ktrdr. The API trains on training hosts; start it without USE_TRAINING_HOST_SERVICE and TRAINING_QUEUE_URL';
