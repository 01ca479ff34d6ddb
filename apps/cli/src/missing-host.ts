import type { HostList } from '@ktrdr/contracts';
import type { ApiClient } from './api-client.js';
import { ApiError, CliError } from './cli-error.js';
import { oneLine } from './printable.js';

/**
 * One line for whoever starts a training and leaves: no host is there that could run it, and what to do. `null` where one is
 * there, where trainings run beside the API, or where the API did not say.
 */
export async function missingHost(api: ApiClient): Promise<string | null> {
  try {
    return describe(await api.get<HostList>('/hosts'));
  } catch (error) {
    // the training is stored: this changes nothing about it
    if (!(error instanceof CliError)) throw error;
    return error instanceof ApiError && error.code === 'queue_unreachable' ? oneLine(error.message) : null;
  }
}

function describe({ mode, hosts }: HostList): string | null {
  if (mode === 'local' || hosts.some(({ status }) => status === 'up')) return null;
  if (mode === 'queue') {
    const silent = hosts.length === 0 ? 'No host takes trainings out of the queue' : 'All hosts are silent';
    return `${silent}: the training waits until one does. Start one: npm run host -- --queue`;
  }
  const url = oneLine(hosts[0]?.name ?? '');
  return `The training host at ${url} does not answer: the training fails unless it does so soon. Start it: npm run host`;
}
