import type { OperationList, TypedOperationSummary } from '@ktrdr/contracts';
import { isTerminalStatus } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { Moment } from '../../components/moment.js';
import { PageHeader } from '../../components/page-header.js';
import { StatusBadge } from '../../components/status-badge.js';
import { operationSignal, type OperationsChange } from '../../live/operations.js';
import { useResource } from '../../live/use-resource.js';
import { hostNames } from '../../operations/host-names.js';
import { OperationProgress } from '../../operations/operation-progress.js';
import { placeOf, subjectOf } from '../../operations/operation-words.js';
import { Took } from '../../operations/took.js';
import { ForRole } from '../../shell/for-role.js';
import { FirstSteps, useMissing } from './first-steps.js';
import { TrainingVerdict } from './training-verdict.js';
import './overview.css';

/** Most operations of each part. */
const MOST_ACTIVE = 50;
const MOST_ENDED = 10;

/** Running, waiting and recently ended operations. */
export function OverviewPage() {
  const { resource: active, reload: readActive } = useResource<OperationList>(
    'active',
    (signal) =>
      request('listOperations', {
        query: { status: 'running,cancelling,pending', limit: MOST_ACTIVE },
        signal,
      }),
    (change, list) => isTouched(list, change, ({ status }) => !isTerminalStatus(status)),
  );
  const { resource: ended, reload: readEnded } = useResource<OperationList>(
    'ended',
    (signal) =>
      request('listOperations', {
        query: { status: 'completed,failed,cancelled', limit: MOST_ENDED },
        signal,
      }),
    (change, list) => isTouched(list, change, ({ status }) => isTerminalStatus(status)),
  );
  const now = active.value;
  const past = ended.value;
  const of = (...statuses: string[]): TypedOperationSummary[] =>
    (now.value?.operations ?? []).filter(({ status }) => statuses.includes(status));
  const running = of('running', 'cancelling');
  const waiting = of('pending').reverse();
  const first = useMissing().value;
  // the parts appear together: one that is read later would move the others
  const isReading = [now, past, first].some(({ value, error }) => value === null && error === null);
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <ForRole role="operate">
            <a class="button" href="/app/data/import">
              Import bars
            </a>
            <a class="button button-main" href="/app/train">
              Start a training
            </a>
          </ForRole>
        }
      />
      <div class="stack">
        {now.error !== null && <ErrorNote error={now.error} retry={readActive} />}
        {past.error !== null && now.error === null && <ErrorNote error={past.error} retry={readEnded} />}
        {isReading ? (
          <Loading label="operations" lines={12} />
        ) : (
          <>
            {first.value?.missing != null && <FirstSteps missing={first.value.missing} />}
            <section aria-labelledby="running-title">
              <h2 id="running-title">Running now</h2>
              {now.value === null ? null : running.length === 0 ? (
                <EmptyState title="Nothing is running">
                  <p>Trainings and imports that run appear here with their progress.</p>
                </EmptyState>
              ) : (
                <ul class="overview-list">
                  {running.map((operation) => (
                    <ActiveLine key={operation.operation_id} read={operation} />
                  ))}
                </ul>
              )}
            </section>
            {waiting.length > 0 && (
              <section aria-labelledby="waiting-title">
                <h2 id="waiting-title">Waiting, next first</h2>
                <ul class="overview-list">
                  {waiting.map((operation) => (
                    <ActiveLine key={operation.operation_id} read={operation} />
                  ))}
                </ul>
              </section>
            )}
            <section aria-labelledby="ended-title">
              <h2 id="ended-title">Recently ended</h2>
              {past.value === null ? null : past.value.total_count === 0 ? (
                <EmptyState title="Nothing has ended yet">
                  <p>Trainings, imports and backtests appear here with their outcome.</p>
                </EmptyState>
              ) : (
                <>
                  <ul class="overview-list">
                    {past.value.operations.map((operation) => (
                      <EndedLine key={operation.operation_id} operation={operation} />
                    ))}
                  </ul>
                  <p>
                    <a href="/app/operations">All operations</a>
                  </p>
                </>
              )}
            </section>
          </>
        )}
      </div>
    </>
  );
}

/** True if an operation has entered or left a list, or has another status or attempt. */
function isTouched(
  list: OperationList | null,
  change: OperationsChange,
  belongs: (operation: TypedOperationSummary) => boolean,
): boolean {
  if (list === null || change.type === 'reloaded') return false;
  const id = change.type === 'removed' ? change.operationId : change.operation.operation_id;
  const listed = list.operations.find(({ operation_id }) => operation_id === id);
  if (change.type === 'removed') return listed !== undefined;
  if (listed === undefined) return belongs(change.operation);
  return listed.status !== change.operation.status || listed.attempt !== change.operation.attempt;
}

function ActiveLine({ read }: { read: TypedOperationSummary }) {
  const operation = operationSignal(read).value ?? read;
  return (
    <li class="card overview-line">
      <div class="overview-head">
        <StatusBadge status={operation.status} />
        <a class="overview-name" href={`/app/operations/${operation.operation_id}`}>
          {subjectOf(operation)}
        </a>
        <span class="muted overview-facts">
          {operation.operation_type} · {placeOf(operation, hostNames.value)}
          {operation.attempt > 1 && ` · attempt ${operation.attempt}`}
          {operation.started_at !== null && ' · '}
          <Took operation={operation} />
        </span>
      </div>
      <OperationProgress operation={operation} />
    </li>
  );
}

function EndedLine({ operation }: { operation: TypedOperationSummary }) {
  const isJudged = operation.operation_type === 'training' && operation.status === 'completed';
  return (
    <li class="card overview-line">
      <div class="overview-head">
        <StatusBadge status={operation.status} />
        <a class="overview-name" href={`/app/operations/${operation.operation_id}`}>
          {subjectOf(operation)}
        </a>
        <span class="muted overview-facts">
          {operation.operation_type} · <Took operation={operation} /> · <Moment at={operation.completed_at} />
        </span>
      </div>
      {isJudged ? <TrainingVerdict operation={operation} /> : <OperationProgress operation={operation} />}
    </li>
  );
}
