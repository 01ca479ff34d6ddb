import { useEffect } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import type { TypedOperation, TypedOperationSummary } from '@ktrdr/contracts';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { StatusBadge } from '../../components/status-badge.js';
import { operationSignal } from '../../live/operations.js';
import { useReloadWhen, useResource } from '../../live/use-resource.js';
import { knowHostOf } from '../../operations/host-names.js';
import { subjectOf } from '../../operations/operation-words.js';
import { DetailsCard } from './details-card.js';
import { HistoryCard } from './history-card.js';
import { OperationButtons } from './operation-buttons.js';
import { ResultCard } from './other-views.js';
import { StateCard } from './state-card.js';
import { TimelineCard } from './timeline-card.js';
import { TrainingView } from './training-view.js';
import { Warnings } from './warnings.js';
import './operation.css';

/** One operation, live. */
export function OperationPage() {
  const { id = '' } = useRoute().params;
  const { resource, reload } = useResource(id, (signal) =>
    request('getOperation', { params: { id }, signal }),
  );
  const { value, error } = resource.value;
  if (value === null || value.operation_id !== id) {
    return (
      <>
        <PageHeader title="Operation" />
        {error === null ? <Loading label="operation" lines={12} /> : <Problem error={error} retry={reload} />}
      </>
    );
  }
  return <Shown key={id} read={value} reload={reload} />;
}

function Problem({ error, retry }: { error: ApiError; retry: () => void }) {
  if (error.code !== 'operation_not_found') return <ErrorNote error={error} retry={retry} />;
  return (
    <EmptyState title="There is no such operation">
      <p>
        It may have been removed. <a href="/app/operations">See all operations</a>
      </p>
    </EmptyState>
  );
}

/** @param read as the API answered it, with its result; the stream brings newer states */
function Shown({ read, reload }: { read: TypedOperation; reload: () => void }) {
  const newest: TypedOperationSummary | null = operationSignal(read).value;
  const operation = newest ?? read;
  // the stream has no results
  useReloadWhen(`${operation.attempt} ${operation.status}`, reload);
  useEffect(() => knowHostOf(operation), [operation.status]);
  const isCurrent = read.attempt === operation.attempt && read.status === operation.status;
  return (
    <>
      <PageHeader
        title={subjectOf(operation)}
        beside={
          <>
            <StatusBadge status={operation.status} />
            <span class="muted">
              {operation.operation_type}
              {operation.attempt > 1 && `, attempt ${operation.attempt}`}
            </span>
          </>
        }
        actions={<OperationButtons operation={operation} />}
      />
      {operation.operation_type === 'training' ? (
        <TrainingView
          operation={operation}
          result={isCurrent && read.operation_type === 'training' ? read.result : null}
        />
      ) : (
        <div class="stack">
          <StateCard operation={operation} />
          <Warnings warnings={operation.warnings} />
          {isCurrent && <ResultCard operation={read} />}
          <TimelineCard operation={operation} />
          <HistoryCard operation={operation} />
          <DetailsCard operation={operation} />
        </div>
      )}
    </>
  );
}
