import { useSignal } from '@preact/signals';
import type { OperationAction, TypedOperationSummary } from '@ktrdr/contracts';
import type { ApiError } from '../api/api-error.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { StatusBadge } from '../components/status-badge.js';
import { operationSignal } from '../live/operations.js';
import { ACTION_WORDS, act, eachAtMost, planOf } from './operation-actions.js';
import { subjectOf } from './operation-words.js';
import './action-dialog.css';

/** Requests at a time. */
const MOST_AT_ONCE = 4;

/** What came of an action for one operation. */
type Outcome = { state: 'sent' } | { state: 'done'; text: string } | { state: 'failed'; text: string };

interface ActionDialogProps {
  action: OperationAction;
  /** Those that were selected. The dialog shows their newest state. */
  operations: readonly TypedOperationSummary[];
  onClose: () => void;
}

/** Lists exactly what an action hits and what it leaves out, then applies it to those and shows each outcome. */
export function ActionDialog({ action, operations, onClose }: ActionDialogProps) {
  const reason = useSignal('');
  const force = useSignal(false);
  // null: not confirmed yet. From then on exactly these ids are hit.
  const chosen = useSignal<readonly TypedOperationSummary[] | null>(null);
  const outcomes = useSignal<ReadonlyMap<string, Outcome>>(new Map());
  const { verb, effect } = ACTION_WORDS[action];
  const newest = operations
    .map((operation) => operationSignal(operation).value)
    .filter((operation) => operation !== null);
  const { hit, leftOut } = planOf(action, newest);

  const confirm = (): void => {
    chosen.value = hit;
    const settings = { reason: reason.value, force: force.value };
    const ids = hit.map(({ operation_id }) => operation_id);
    void eachAtMost(ids, MOST_AT_ONCE, async (id) => {
      const say = (outcome: Outcome): void => {
        outcomes.value = new Map(outcomes.peek()).set(id, outcome);
      };
      say({ state: 'sent' });
      await act(action, id, settings).then(
        (text) => say({ state: 'done', text }),
        (error: unknown) => say({ state: 'failed', text: (error as ApiError).message }),
      );
      // the page below shows what became of one operation
      if (ids.length === 1 && outcomes.peek().get(id)?.state === 'done') onClose();
    });
  };

  if (chosen.value !== null)
    return <Outcomes verb={verb} operations={chosen.value} outcomes={outcomes.value} onClose={onClose} />;
  return (
    <Dialog title={`${verb} ${countText(hit.length)}?`} onClose={onClose}>
      <div class="stack">
        <p class="action-effect">{effect}</p>
        {hit.length > 0 && (
          <ul class="action-list" aria-label={`Operations to ${action}`} tabIndex={0}>
            {hit.map((operation) => (
              <Line key={operation.operation_id} operation={operation} />
            ))}
          </ul>
        )}
        {leftOut.length > 0 && (
          <details open={hit.length === 0}>
            <summary>{countText(leftOut.length)} left out</summary>
            <ul class="action-list" aria-label="Operations that are left out" tabIndex={0}>
              {leftOut.map(({ operation, reason: why }) => (
                <Line key={operation.operation_id} operation={operation} note={why} />
              ))}
            </ul>
          </details>
        )}
        {action === 'cancel' && hit.length > 0 && (
          <>
            <Field label="Reason" hint="Optional. Shown beside the operation.">
              {(attributes) => (
                <input
                  {...attributes}
                  type="text"
                  maxLength={200}
                  value={reason.value}
                  onInput={(event) => {
                    reason.value = event.currentTarget.value;
                  }}
                />
              )}
            </Field>
            <label class="check-line">
              <input
                type="checkbox"
                checked={force.value}
                onChange={(event) => {
                  force.value = event.currentTarget.checked;
                }}
              />
              Stop at once, without time for a last checkpoint
            </label>
          </>
        )}
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Back
          </button>
          <button
            type="button"
            class={`button ${action === 'cancel' ? 'button-danger' : 'button-main'}`}
            disabled={hit.length === 0}
            onClick={confirm}
          >
            {verb} {countText(hit.length)}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

interface OutcomesProps {
  verb: string;
  operations: readonly TypedOperationSummary[];
  outcomes: ReadonlyMap<string, Outcome>;
  onClose: () => void;
}

function Outcomes({ verb, operations, outcomes, onClose }: OutcomesProps) {
  const count = (state: Outcome['state']): number =>
    [...outcomes.values()].filter((outcome) => outcome.state === state).length;
  const failed = count('failed');
  const done = count('done');
  const summary = `${done} of ${operations.length} accepted${failed === 0 ? '' : `, ${failed} refused`}.`;
  return (
    <Dialog title={`${verb} ${countText(operations.length)}`} onClose={onClose}>
      <div class="stack">
        <p class="action-effect" role="status">
          {summary}
        </p>
        <ul class="action-list" aria-label="Outcome of each operation" tabIndex={0}>
          {operations.map((operation) => (
            <OutcomeLine
              key={operation.operation_id}
              operation={operation}
              outcome={outcomes.get(operation.operation_id)}
            />
          ))}
        </ul>
        <div class="page-actions">
          <button type="button" class="button button-main" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function OutcomeLine({
  operation,
  outcome,
}: {
  operation: TypedOperationSummary;
  outcome: Outcome | undefined;
}) {
  const newest = operationSignal(operation).value ?? operation;
  const text = outcome === undefined ? 'waiting' : outcome.state === 'sent' ? 'sent' : outcome.text;
  return <Line operation={newest} note={text} isProblem={outcome?.state === 'failed'} />;
}

function Line({
  operation,
  note,
  isProblem = false,
}: {
  operation: TypedOperationSummary;
  note?: string;
  isProblem?: boolean;
}) {
  return (
    <li class="action-line">
      <StatusBadge status={operation.status} />
      <span class="action-subject">
        {subjectOf(operation)} <span class="muted">{operation.operation_id}</span>
        {note !== undefined && <span class={isProblem ? 'action-problem' : 'muted'}> – {note}</span>}
      </span>
    </li>
  );
}

function countText(count: number): string {
  return count === 1 ? '1 operation' : `${count} operations`;
}
