import type { ImportOperation, TypedOperation, TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { StoredTable } from '../../bars/stored-table.js';
import { barsAddress } from '../../bars/bars-address.js';
import { ErrorNote, Loading, Note } from '../../components/note.js';
import { ProgressBar } from '../../components/progress-bar.js';
import { StatusBadge } from '../../components/status-badge.js';
import { operationSignal } from '../../live/operations.js';
import { useResource } from '../../live/use-resource.js';

/** Follows a started import to its bars. */
export function ImportProgress({ operationId }: { operationId: string }) {
  const operation = useResource(
    operationId,
    (signal) => request('getOperation', { params: { id: operationId }, signal }),
    // the summary of the stream has no result
    (change) =>
      change.type === 'operation' &&
      change.operation.operation_id === operationId &&
      change.operation.completed_at !== null,
  );
  const { value, error } = operation.resource.value;
  if (error !== null) return <ErrorNote error={error} retry={operation.reload} />;
  if (value === null) return <Loading lines={2} label="operation" />;
  if (value.status === 'completed') return <Imported operation={value} />;
  return <Running first={value} />;
}

function Running({ first }: { first: TypedOperation }) {
  const operation = operationSignal(first).value ?? first;
  const cancel = useAction(() =>
    request('cancelOperation', { params: { id: operation.operation_id }, body: {} }),
  );
  const { status, progress, error, completed_at } = operation;
  return (
    <div class="stack">
      <OperationLine operation={operation} />
      {completed_at === null && (
        <>
          <ProgressBar percentage={progress.percentage} label="Import" />
          <div class="draft-start">
            <span class="muted">{progress.current_step ?? status}</span>
            <button
              type="button"
              class="button"
              disabled={cancel.state.value.isRunning || status === 'cancelling'}
              onClick={() => cancel.run()}
            >
              Cancel
            </button>
          </div>
        </>
      )}
      {error !== null && (
        <Note kind="problem">
          <p>{error.message}</p>
        </Note>
      )}
      {cancel.state.value.error !== null && <ErrorNote error={cancel.state.value.error} />}
    </div>
  );
}

function OperationLine({ operation: { status, operation_id } }: { operation: TypedOperationSummary }) {
  return (
    <p class="import-operation">
      <StatusBadge status={status} /> <a href={`/app/operations/${operation_id}`}>{operation_id}</a>
    </p>
  );
}

function Imported({ operation }: { operation: TypedOperation }) {
  const stored = (operation as ImportOperation).result?.stored ?? [];
  const [first] = stored;
  return (
    <div class="stack">
      <OperationLine operation={operation} />
      <StoredTable stored={stored} />
      {first !== undefined && (
        <div class="draft-start">
          <a class="button button-main" href={barsAddress(first)}>
            Show the bars
          </a>
          <a
            class="button"
            href={`/app/train?symbol=${encodeURIComponent(first.symbol)}&timeframe=${first.timeframe}`}
          >
            Train on these bars
          </a>
        </div>
      )}
    </div>
  );
}
