import type { OperationStatus, TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { DataTable } from '../../components/data-table.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { StatusBadge } from '../../components/status-badge.js';
import { useReloadWhen, useResource } from '../../live/use-resource.js';

/** Every change of the status, with its cause. */
export function HistoryCard({ operation }: { operation: TypedOperationSummary }) {
  const { operation_id: id, attempt, status } = operation;
  const { resource, reload } = useResource(`history ${id}`, (signal) =>
    request('getOperationHistory', { params: { id }, signal }),
  );
  const state = `${attempt} ${status}`;
  useReloadWhen(state, reload);
  const { value, error, isLoading } = resource.value;
  return (
    <section class="card" id="history" aria-labelledby="history-title">
      <h2 id="history-title">Attempts and history</h2>
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null && error === null && <Loading label="history" lines={5} />}
      {value !== null && (
        <DataTable
          label="Changes of the status"
          rows={value.history}
          isOld={isLoading}
          columns={[
            { title: 'Status', cell: (entry) => <StatusBadge status={entry.status} /> },
            { title: 'Attempt', isNumber: true, cell: (entry) => entry.attempt },
            { title: 'At', cell: (entry) => <Moment at={entry.at} as="full" /> },
            { title: 'Cause', cell: (entry) => entry.cause ?? noCause(entry.status) },
          ]}
        />
      )}
    </section>
  );
}

/** A start and a success have no cause; a cancel without one got no reason. */
function noCause(status: OperationStatus) {
  return status === 'cancelling' || status === 'cancelled' ? (
    <span class="muted">no reason given</span>
  ) : null;
}
