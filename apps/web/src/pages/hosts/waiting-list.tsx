import type { TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { TableBox } from '../../components/table-box.js';
import { counted } from '../../format/numbers.js';
import { operationSignal } from '../../live/operations.js';
import { subjectOf } from '../../operations/operation-words.js';
import { useResource } from '../../live/use-resource.js';
import { useStatusChanges } from '../../live/use-status-changes.js';

/** Operations that are shown. */
const MOST = 100;

/** Operations that wait for their turn, oldest first, and what for. */
export function WaitingList() {
  const isStatusChange = useStatusChanges();
  const waiting = useResource(
    'waiting',
    (signal) => request('listOperations', { query: { status: 'pending', limit: MOST }, signal }),
    isStatusChange,
  );
  const { value, error } = waiting.resource.value;
  if (error !== null) return <ErrorNote error={error} retry={waiting.reload} />;
  if (value === null) return <Loading lines={2} label="waiting operations" />;
  if (value.operations.length === 0) return <p class="muted">Nothing is waiting.</p>;
  return (
    <>
      <TableBox label="Waiting operations">
        <table aria-label="Waiting operations">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Type</th>
              <th scope="col">Since</th>
              <th scope="col">Waits for</th>
            </tr>
          </thead>
          <tbody>
            {value.operations.toReversed().map((operation) => (
              <WaitingRow key={operation.operation_id} first={operation} />
            ))}
          </tbody>
        </table>
      </TableBox>
      {value.total_count > value.operations.length && (
        <p class="muted">
          The newest {MOST} of {counted(value.total_count, 'operation')}.{' '}
          <a href="/app/operations?status=pending">Show all</a>
        </p>
      )}
    </>
  );
}

function WaitingRow({ first }: { first: TypedOperationSummary }) {
  const operation = operationSignal(first).value ?? first;
  const { operation_id: id, operation_type: type, created_at, progress } = operation;
  return (
    <tr>
      <th scope="row">
        <a href={`/app/operations/${id}`}>{subjectOf(operation)}</a>
        <div class="muted waiting-id">{id}</div>
      </th>
      <td>{type}</td>
      <td>
        <Moment at={created_at} />
      </td>
      <td>{progress.current_step ?? 'its turn'}</td>
    </tr>
  );
}
