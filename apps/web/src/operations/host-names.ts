import { signal } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../api/client.js';
import { onOperationsChange } from '../live/operations.js';

/** Shortest time between two requests for the hosts, ms. */
const WAIT_MS = 2_000;

/** Name of the host that runs an operation, by the operation's id. A host that has ended its work keeps its name here. */
export const hostNames = signal<ReadonlyMap<string, string>>(new Map());

let isAsked = false;
let listening = false;

/** Asks for the hosts when an operation that shows one runs there, and its host is not known yet. */
export function knowHostOf(operation: TypedOperationSummary): void {
  if (!listening) {
    listening = true;
    onOperationsChange((change) => {
      if (change.type === 'operation') knowHostOf(change.operation);
    });
  }
  const { status, operation_id, progress } = operation;
  const runsOnHost =
    progress.context.host_service === true && (status === 'running' || status === 'cancelling');
  if (!runsOnHost || isAsked || hostNames.peek().has(operation_id)) return;
  isAsked = true;
  setTimeout(() => {
    isAsked = false;
  }, WAIT_MS);
  request('listHosts').then(
    ({ hosts }) => {
      const names = new Map(hostNames.peek());
      for (const { name, operations } of hosts) for (const id of operations ?? []) names.set(id, name);
      hostNames.value = names;
    },
    // the place is then shown without its name
    () => {},
  );
}
