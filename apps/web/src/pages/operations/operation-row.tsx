import { useRef } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { Moment } from '../../components/moment.js';
import { StatusBadge } from '../../components/status-badge.js';
import { Took } from '../../operations/took.js';
import { hostNames } from '../../operations/host-names.js';
import { OperationProgress } from '../../operations/operation-progress.js';
import { placeOf, subjectOf } from '../../operations/operation-words.js';
import type { Selection } from './selection.js';

interface OperationRowProps {
  index: number;
  operation: ReadonlySignal<TypedOperationSummary | null>;
  /** `null`: the caller may not change operations. */
  selection: Selection | null;
  onToggle: (id: string, range: boolean) => void;
}

/** One operation of the list: a row, or a card where the list is narrow. Only this row renders again when the operation changes. */
export function OperationRow({ index, operation: newest, selection, onToggle }: OperationRowProps) {
  const operation = newest.value;
  // a change does not say whether Shift was held; the click before it does
  const isRange = useRef(false);
  if (operation === null) return <EmptyRow index={index} />;
  const { operation_id: id, operation_type: type, attempt } = operation;
  const subject = subjectOf(operation);
  const isSelected = selection?.has(id) ?? false;
  return (
    <div
      class={`operation-row ${isSelected ? 'operation-selected' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selection === null ? undefined : isSelected}
      data-row={index}
    >
      {selection !== null && (
        <span role="cell" class="operation-check">
          <input
            type="checkbox"
            aria-label={`Select ${subject}, ${id}`}
            checked={isSelected}
            onClick={(event) => {
              isRange.current = event.shiftKey;
            }}
            onChange={() => onToggle(id, isRange.current)}
          />
        </span>
      )}
      <span role="cell" class="operation-status">
        <StatusBadge status={operation.status} />
      </span>
      <span role="cell" class="operation-name">
        <a href={`/app/operations/${id}`} data-focus title={subject}>
          {subject}
        </a>
        <span class="operation-id muted" title={id}>
          {type} · {id.slice(id.lastIndexOf('_') + 1)}
          {attempt > 1 && ` · attempt ${attempt}`}
        </span>
      </span>
      <span role="cell" class="operation-now">
        <OperationProgress operation={operation} />
      </span>
      <span role="cell" class="operation-place muted">
        {placeOf(operation, hostNames.value)}
      </span>
      <span role="cell" class="operation-created muted">
        <Moment at={operation.created_at} />
      </span>
      <span role="cell" class="operation-took number muted">
        <Took operation={operation} />
      </span>
    </div>
  );
}

/** Keeps the place of a row that is being read. */
export function EmptyRow({ index }: { index: number }) {
  return (
    <div class="operation-row operation-empty" role="row" aria-rowindex={index + 2} data-row={index}>
      <span role="cell" class="operation-name">
        <span class="loading-line" />
      </span>
    </div>
  );
}
