import { useSignal } from '@preact/signals';
import { OPERATION_ACTIONS, type OperationAction } from '@ktrdr/contracts';
import { formatNumber } from '../../format/numbers.js';
import { knownOperation } from '../../live/operations.js';
import { ACTION_WORDS, planOf } from '../../operations/operation-actions.js';
import { LEAST_RUNS, MOST_RUNS } from '../compare/run-count.js';
import type { Selection } from './selection.js';
import type { OperationList } from './use-operation-rows.js';

/** Most operations that one selection has: their list in the dialog can still be read. */
const MOST_SELECTED = 1_000;

interface SelectionBarProps {
  list: OperationList;
  selection: Selection | null;
  open: (action: OperationAction) => void;
}

/** Selects all, says how many are selected, and what can be done with them. It keeps its height. */
export function SelectionBar({ list, selection, open }: SelectionBarProps) {
  const isLoading = useSignal(false);
  const held = list.held.value;
  const heldButton = held.length > 0 && (
    <button type="button" class="button" onClick={() => list.release()}>
      Show {held.length} new
    </button>
  );
  if (selection === null)
    return <div class="selection-bar">{heldButton || <span class="muted">Newest first</span>}</div>;

  const chosen = selection.ids.value;
  const operations = [...chosen]
    .map((id) => knownOperation(id)?.value ?? null)
    .filter((operation) => operation !== null);
  const most = Math.min(list.rows.length, MOST_SELECTED);
  const selectAll = async (): Promise<void> => {
    isLoading.value = true;
    await list.loadAll(MOST_SELECTED);
    isLoading.value = false;
    selection.only(list.rows.loaded().slice(0, MOST_SELECTED));
  };
  const compared = operations.filter(
    ({ operation_type, status }) => operation_type === 'training' && status === 'completed',
  );
  return (
    <div class="selection-bar">
      <label class="selection-all">
        <input
          type="checkbox"
          disabled={isLoading.value}
          checked={chosen.size > 0 && chosen.size >= most}
          ref={(element) => {
            if (element !== null) element.indeterminate = chosen.size > 0 && chosen.size < most;
          }}
          onChange={() => {
            if (chosen.size > 0) selection.clear();
            else void selectAll();
          }}
        />
        {chosen.size > 0
          ? `${formatNumber(chosen.size)} selected`
          : list.rows.length > MOST_SELECTED
            ? `Select the newest ${formatNumber(most)}`
            : `Select all ${formatNumber(most)}`}
      </label>
      {chosen.size > 0 &&
        OPERATION_ACTIONS.map((action) => {
          const { hit } = planOf(action, operations);
          return (
            <button
              key={action}
              type="button"
              class="button"
              disabled={hit.length === 0}
              onClick={() => open(action)}
            >
              {ACTION_WORDS[action].verb} {formatNumber(hit.length)}…
            </button>
          );
        })}
      {compared.length >= LEAST_RUNS && compared.length <= MOST_RUNS && (
        <a
          class="button"
          href={`/app/compare?ids=${compared.map(({ operation_id }) => operation_id).join(',')}`}
        >
          Compare {compared.length}
        </a>
      )}
      {compared.length < LEAST_RUNS && chosen.size <= compared.length && (
        <span class="muted">
          Select {LEAST_RUNS} to {MOST_RUNS} completed trainings to compare them.
        </span>
      )}
      {heldButton}
    </div>
  );
}
