import { useSignal } from '@preact/signals';
import {
  actionRefusal,
  OPERATION_ACTIONS,
  type OperationAction,
  type TypedOperationSummary,
} from '@ktrdr/contracts';
import { ActionDialog } from '../../operations/action-dialog.js';
import { ACTION_WORDS } from '../../operations/operation-actions.js';
import { ForRole } from '../../shell/for-role.js';

/** What can be done with an operation now. */
export function OperationButtons({ operation }: { operation: TypedOperationSummary }) {
  const open = useSignal<OperationAction | null>(null);
  const { operation_id: id, operation_type: type } = operation;
  return (
    <>
      {type === 'training' && operation.status === 'completed' && (
        <a
          class="button"
          href={`/app/operations?type=training&status=completed&search=${encodeURIComponent(operation.metadata.strategy)}`}
        >
          Compare…
        </a>
      )}
      <ForRole role="operate">
        {OPERATION_ACTIONS.filter((action) => actionRefusal(action, operation) === null).map((action) => (
          <button
            key={action}
            type="button"
            class={`button ${action === 'cancel' ? 'button-danger' : ''}`}
            onClick={() => {
              open.value = action;
            }}
          >
            {ACTION_WORDS[action].verb}
          </button>
        ))}
        {type === 'training' && (
          <a class="button" href={`/app/train?again=${id}`}>
            Run again with changes
          </a>
        )}
      </ForRole>
      {open.value !== null && (
        <ActionDialog
          action={open.value}
          operations={[operation]}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </>
  );
}
