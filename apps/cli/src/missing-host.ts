import { oneLine, type HostList } from '@ktrdr/contracts';
import type { ApiClient } from './api-client.js';
import { ApiError, CliError } from './cli-error.js';

/**
 * A warning for `--detach` that no host is available to run the training, and what to do. `null` if a host is up, if the API
 * trains by itself, or if it did not answer the question.
 */
export async function missingHost(api: ApiClient): Promise<string | null> {
  try {
    return describe(await api.get<HostList>('/hosts'));
  } catch (error) {
    // the training has already been stored
    if (!(error instanceof CliError)) throw error;
    return error instanceof ApiError && error.code === 'queue_unreachable' ? oneLine(error.message) : null;
  }
}

function describe({ mode, hosts }: HostList): string | null {
  if (mode === 'local' || hosts.some(({ status }) => status === 'up')) return null;
  if (mode === 'queue') {
    const problem =
      hosts.length === 0 ? 'No host takes trainings from the queue' : 'No host of the queue responds';
    return `${problem}. The training waits for a host. Start one: npm run host -- --queue`;
  }
  const url = oneLine(hosts[0]?.name ?? '');
  return `The training host at ${url} does not respond. The training fails if the host stays unreachable. Start it: npm run host`;
}
