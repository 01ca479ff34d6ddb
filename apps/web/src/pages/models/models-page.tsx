import { MOST_COMPARED_MODELS, VERDICT_WORDS, type ListedModel } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { SearchField } from '../../components/search-field.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { counted } from '../../format/numbers.js';
import type { OperationsChange } from '../../live/operations.js';
import { useResource } from '../../live/use-resource.js';
import { ForRole } from '../../shell/for-role.js';
import { useFilters, type Filters } from '../../shell/use-filters.js';
import { DeleteModelsDialog } from './delete-models-dialog.js';
import { ModelsTable } from './models-table.js';
import { nextSort, VERDICT_FILTERS, viewModels, type ModelsView } from './models-view.js';
import './models-page.css';

const FILTERS = ['search', 'verdict', 'sort'] as const satisfies readonly (keyof ModelsView)[];

const VERDICT_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'All'],
  ...VERDICT_FILTERS.map((filter): [string, string] => [
    filter,
    filter === 'none' ? 'Not judged' : filter === 'damaged' ? 'Not usable' : VERDICT_WORDS[filter],
  ]),
];

/** The stored models: which are good, and which are to be compared or deleted. */
export function ModelsPage() {
  const { resource, reload } = useResource(
    'models',
    (signal) => request('listModels', { signal }),
    addsModel,
  );
  const filters = useFilters(FILTERS);
  const { value, error } = resource.value;
  return (
    <>
      <PageHeader
        title="Models"
        actions={
          <ForRole role="operate">
            <a class="button button-main" href="/app/train">
              Train a model
            </a>
          </ForRole>
        }
      />
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null ? (
        error === null && <Loading lines={8} label="models" />
      ) : value.models.length === 0 ? (
        <EmptyState title="No models yet">
          <p>
            A training stores a model. <a href="/app/train">Start a training</a>, or look at the{' '}
            <a href="/app/strategies">strategies</a> first.
          </p>
        </EmptyState>
      ) : (
        <ModelsList models={value.models} filters={filters} onDeleted={reload} />
      )}
    </>
  );
}

/** True for the end of an operation that stores a model. */
function addsModel(change: OperationsChange): boolean {
  return (
    change.type === 'operation' &&
    change.operation.operation_type === 'training' &&
    change.operation.status === 'completed'
  );
}

interface ModelsListProps {
  models: readonly ListedModel[];
  filters: Filters<(typeof FILTERS)[number]>;
  onDeleted: () => void;
}

function ModelsList({ models, filters: { values, set }, onDeleted }: ModelsListProps) {
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const isDeleting = useSignal(false);
  const shown = viewModels(models, values);
  // what is filtered out is not acted on
  const acted = shown.filter(({ model }) => chosen.value.has(model));
  const choose = (names: readonly string[], isChosen: boolean): void => {
    const next = new Set(chosen.value);
    for (const name of names) {
      if (isChosen) next.add(name);
      else next.delete(name);
    }
    chosen.value = next;
  };
  return (
    <>
      <div class="filters" role="search">
        <SearchField
          label="Name, symbol or engine"
          value={values.search}
          onType={(search) => set({ search })}
        />
        <Field label="Verdict">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={values.verdict}
              choices={VERDICT_CHOICES}
              onChoose={(verdict) => set({ verdict })}
            />
          )}
        </Field>
      </div>
      {shown.length === 0 ? (
        <EmptyState title="No models match">
          <button type="button" class="button" onClick={() => set({ search: '', verdict: '' })}>
            Show all {counted(models.length, 'model')}
          </button>
        </EmptyState>
      ) : (
        <ModelsTable
          models={shown}
          sort={values.sort}
          onSort={(column) => set({ sort: nextSort(values.sort, column) })}
          chosen={chosen.value}
          onChoose={choose}
        />
      )}
      <ChosenBar
        models={acted}
        onDelete={() => {
          isDeleting.value = true;
        }}
        onClear={() => {
          chosen.value = new Set();
        }}
      />
      {isDeleting.value && (
        <DeleteModelsDialog
          models={acted}
          onDeleted={onDeleted}
          onClose={() => {
            isDeleting.value = false;
          }}
        />
      )}
    </>
  );
}

interface ChosenBarProps {
  models: readonly ListedModel[];
  onDelete: () => void;
  onClear: () => void;
}

/** What can be done with the chosen models. */
function ChosenBar({ models, onDelete, onClear }: ChosenBarProps) {
  const { length } = models;
  const advice =
    length === 0
      ? `Choose 2 to ${MOST_COMPARED_MODELS} models to compare them.`
      : length === 1
        ? 'Choose one more to compare.'
        : length > MOST_COMPARED_MODELS
          ? `At most ${MOST_COMPARED_MODELS} models are compared.`
          : null;
  const names = models.map(({ model }) => model).join(',');
  return (
    <div class={length > 0 ? 'chosen-bar is-sticky' : 'chosen-bar'}>
      <span role="status">
        {length > 0 && `${counted(length, 'model')} chosen. `}
        {advice}
      </span>
      {length > 0 && (
        <>
          {advice === null && (
            <a class="button button-main" href={`/app/compare?models=${encodeURIComponent(names)}`}>
              Compare
            </a>
          )}
          <ForRole role="operate">
            <button type="button" class="button button-danger" onClick={onDelete}>
              Delete
            </button>
          </ForRole>
          <button type="button" class="button" onClick={onClear}>
            Clear
          </button>
        </>
      )}
    </div>
  );
}
