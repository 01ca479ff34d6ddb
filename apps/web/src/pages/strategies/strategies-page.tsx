import type { StrategySummary } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { SearchField } from '../../components/search-field.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { counted } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { ForRole } from '../../shell/for-role.js';
import { useFilters } from '../../shell/use-filters.js';
import { fileStem } from '../../strategies/strategy-address.js';
import { NewStrategyDialog } from './new-strategy-dialog.js';
import { StrategiesTable } from './strategies-table.js';
import './strategies-page.css';

/** The strategy files: which can be trained, and which have problems. */
export function StrategiesPage() {
  const { resource, reload } = useResource('strategies', (signal) => request('listStrategies', { signal }));
  const { values, set } = useFilters(['search']);
  const isCreating = useSignal(false);
  const deleted = useSignal<StrategySummary | null>(null);
  const { value, error } = resource.value;
  const strategies = value?.strategies ?? [];
  const shown = strategies.filter((strategy) => matches(strategy, values.search));
  const create = (
    <ForRole role="operate">
      <button type="button" class="button button-main" onClick={() => (isCreating.value = true)}>
        New strategy
      </button>
    </ForRole>
  );
  return (
    <>
      <PageHeader title="Strategies" actions={create} />
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null ? (
        error === null && <Loading lines={8} label="strategies" />
      ) : strategies.length === 0 ? (
        <EmptyState title="No strategies yet">
          <p>A strategy file says what a model sees and what it learns. Start from an example.</p>
          {create}
        </EmptyState>
      ) : (
        <>
          <div class="filters" role="search">
            <SearchField
              label="Name, symbol or description"
              value={values.search}
              onType={(search) => set({ search })}
            />
          </div>
          {shown.length === 0 ? (
            <EmptyState title="No strategies match">
              <button type="button" class="button" onClick={() => set({ search: '' })}>
                Show all {counted(strategies.length, 'strategy', 'strategies')}
              </button>
            </EmptyState>
          ) : (
            <StrategiesTable strategies={shown} onDelete={(strategy) => (deleted.value = strategy)} />
          )}
        </>
      )}
      {isCreating.value && (
        <NewStrategyDialog strategies={strategies} onClose={() => (isCreating.value = false)} />
      )}
      {deleted.value !== null && (
        <DeleteStrategyDialog
          strategy={deleted.value}
          onDeleted={reload}
          onClose={() => (deleted.value = null)}
        />
      )}
    </>
  );
}

function matches({ name, file, description, symbols }: StrategySummary, search: string): boolean {
  const text = [name, file, description ?? '', ...symbols].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

interface DeleteStrategyDialogProps {
  strategy: StrategySummary;
  onDeleted: () => void;
  onClose: () => void;
}

function DeleteStrategyDialog({ strategy: { file }, onDeleted, onClose }: DeleteStrategyDialogProps) {
  const name = fileStem(file);
  const action = useAction(
    async () => {
      const { revision } = await request('getStrategy', { params: { name } });
      return request('deleteStrategy', { params: { name }, query: { revision } });
    },
    () => {
      onClose();
      onDeleted();
    },
  );
  return (
    <ConfirmDialog title={`Delete ${file}?`} verb="Delete" action={action} onClose={onClose}>
      <p>The file is removed for good. Models that were trained with it keep their own copy of it.</p>
    </ConfirmDialog>
  );
}
