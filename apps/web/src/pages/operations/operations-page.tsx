import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { OperationAction, TypedOperationSummary } from '@ktrdr/contracts';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { VirtualRows, type VirtualRowsControl } from '../../components/virtual-rows.js';
import { formatNumber } from '../../format/numbers.js';
import { knownOperation } from '../../live/operations.js';
import { ActionDialog } from '../../operations/action-dialog.js';
import { knowHostOf } from '../../operations/host-names.js';
import { may } from '../../shell/caller.js';
import { ForRole } from '../../shell/for-role.js';
import { useFilters } from '../../shell/use-filters.js';
import { FilterBar } from './filter-bar.js';
import { FILTER_NAMES } from './list-filters.js';
import { EmptyRow, OperationRow } from './operation-row.js';
import { SelectionBar } from './selection-bar.js';
import { Selection } from './selection.js';
import { useOperationRows, type OperationList } from './use-operation-rows.js';
import './operations.css';

/** The live list of operations of every type. */
export function OperationsPage() {
  const filters = useFilters(FILTER_NAMES);
  const selection = useMemo(() => new Selection(), []);
  const control = useRef<VirtualRowsControl>(null);
  const box = useRef<HTMLDivElement>(null);
  const isPointed = (): boolean =>
    box.current !== null &&
    (box.current.matches(':hover') || box.current.contains(document.activeElement)) &&
    control.current?.isScrolled() !== true;
  const list = useOperationRows(filters.values, isPointed);
  const dialog = useSignal<{ action: OperationAction; operations: TypedOperationSummary[] } | null>(null);

  // a selection belongs to the list that it was made in
  const key = JSON.stringify(filters.values);
  useEffect(() => selection.clear(), [key]);
  useEffect(() => list.version.subscribe(() => selection.keep((id) => list.rows.indexOf(id) !== -1)), [key]);

  const open = (action: OperationAction): void => {
    const operations = [...selection.ids.peek()]
      .map((id) => knownOperation(id)?.peek() ?? null)
      .filter((operation) => operation !== null);
    dialog.value = { action, operations };
  };

  return (
    <>
      <PageHeader title="Operations" actions={<StartLinks />} />
      <FilterBar filters={filters} />
      {list.error.value !== null && <ErrorNote error={list.error.value} retry={() => list.reload()} />}
      <div ref={box} onPointerLeave={() => list.release()}>
        <Rows
          list={list}
          selection={may('operate') ? selection : null}
          control={control}
          open={open}
          isAny={filters.isAny}
        />
      </div>
      {dialog.value !== null && (
        <ActionDialog
          {...dialog.value}
          onClose={() => {
            dialog.value = null;
          }}
        />
      )}
    </>
  );
}

function StartLinks() {
  return (
    <ForRole role="operate">
      <a class="button button-main" href="/app/train">
        Start a training
      </a>
    </ForRole>
  );
}

interface RowsProps {
  list: OperationList;
  /** `null`: the caller may not change operations. */
  selection: Selection | null;
  control: { current: VirtualRowsControl | null };
  open: (action: OperationAction) => void;
  isAny: boolean;
}

function Rows({ list, selection, control, open, isAny }: RowsProps) {
  // read, so that the rows render again when the list changes
  void list.version.value;
  const { rows } = list;
  const toggle = (id: string, range: boolean): void => {
    const listed = Array.from({ length: rows.length }, (_, index) => rows.at(index));
    selection?.toggle(id, listed, range);
  };
  if (list.isLoading.value) return <Loading label="operations" lines={12} />;
  if (rows.length === 0) return list.error.value === null ? <NoOperations isAny={isAny} /> : null;
  return (
    <>
      <SelectionBar list={list} selection={selection} open={open} />
      <div
        class={`operation-table ${selection === null ? 'operation-readonly' : ''}`}
        role="table"
        aria-label="Operations"
        aria-rowcount={rows.length + 1}
        onKeyDown={(event) =>
          moveFocus(event, rows.length, control.current, toggle, (index) => rows.at(index))
        }
      >
        <div role="rowgroup">
          <div class="operation-head" role="row" aria-rowindex={1}>
            {selection !== null && (
              <span role="columnheader">
                <span class="visually-hidden">Selected</span>
              </span>
            )}
            <span role="columnheader">Status</span>
            <span role="columnheader">Operation</span>
            <span role="columnheader">Now</span>
            <span role="columnheader">Runs on</span>
            <span role="columnheader">Created</span>
            <span role="columnheader" class="number">
              Took
            </span>
          </div>
        </div>
        <VirtualRows
          count={rows.length}
          keyOf={(index) => rows.at(index)}
          indexOf={(id) => rows.indexOf(id)}
          onRange={(first, last) => list.show(first, last)}
          control={control}
          render={(index) => {
            const id = rows.at(index);
            const operation = id === undefined ? undefined : knownOperation(id);
            if (operation === undefined) return <EmptyRow key={`row ${index}`} index={index} />;
            const known = operation.peek();
            if (known !== null) knowHostOf(known);
            return (
              <OperationRow
                key={id}
                index={index}
                operation={operation}
                selection={selection}
                onToggle={toggle}
              />
            );
          }}
        />
      </div>
      <p class="muted" role="status">
        {formatNumber(rows.length)} {rows.length === 1 ? 'operation' : 'operations'}
      </p>
    </>
  );
}

function NoOperations({ isAny }: { isAny: boolean }) {
  if (isAny) return <EmptyState title="No operation matches">Change or clear the filters above.</EmptyState>;
  return (
    <EmptyState title="No operations yet">
      <p>
        <a href="/app/data/import">Import bars</a>, then <a href="/app/train">start a training</a>. It appears
        here with its progress.
      </p>
    </EmptyState>
  );
}

/** Up, Down, PageUp, PageDown, Home and End move between the rows; with Shift, Up and Down select; Space selects. */
function moveFocus(
  event: KeyboardEvent,
  count: number,
  control: VirtualRowsControl | null,
  toggle: (id: string, range: boolean) => void,
  idAt: (index: number) => string | undefined,
): void {
  const row = (event.target as Element).closest<HTMLElement>('[data-row]');
  if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const index = Number(row.dataset.row);
  const steps: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + 10,
    PageUp: index - 10,
    Home: 0,
    End: count - 1,
  };
  const isBox = event.target instanceof HTMLInputElement;
  if (event.key === ' ' && !isBox) {
    const id = idAt(index);
    if (id !== undefined) toggle(id, event.shiftKey);
    event.preventDefault();
    return;
  }
  const to = steps[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = Math.min(count - 1, Math.max(0, to));
  if (event.shiftKey && next !== index) {
    const id = idAt(next);
    if (id !== undefined) toggle(id, true);
  }
  control?.focus(next);
}
