import { VERDICT_LABELS, type ListedModel } from '@ktrdr/contracts';

/** Filters and order of the list, as texts of the page address. An empty text is not set. */
export interface ModelsView {
  /** In the name, the symbols and the engine. */
  search: string;
  /** A verdict, `none` for models that were not judged, `damaged` for those that cannot be used. */
  verdict: string;
  /** Name of a column; with `-` before it, the other way round. */
  sort: string;
}

type Key = (model: ListedModel) => string | number | null;

/** Columns that sort the list, with what they sort by and their first direction. */
export const MODEL_COLUMNS = {
  model: { key: ({ model }) => model, isAscending: true },
  verdict: {
    // models with an edge first, then those with too little data to tell
    key: ({ verdict }) => (verdict === null ? null : ['no_edge', 'too_little_data', 'edge'].indexOf(verdict)),
    isAscending: false,
  },
  accuracy: { key: ({ test_accuracy }) => test_accuracy, isAscending: false },
  lead: { key: leadOf, isAscending: false },
  symbols: { key: ({ symbols }) => symbols.join(), isAscending: true },
  engine: { key: ({ engine }) => engine, isAscending: true },
  created: { key: ({ created_at }) => created_at, isAscending: false },
} as const satisfies Record<string, { key: Key; isAscending: boolean }>;

export type ModelColumn = keyof typeof MODEL_COLUMNS;

/** How much more accurate a model is than its best uninformed baseline; `null` if either is unknown. */
export function leadOf({ test_accuracy, baseline_accuracy }: ListedModel): number | null {
  return test_accuracy === null || baseline_accuracy === null ? null : test_accuracy - baseline_accuracy;
}

/** The order that `sort` asks for; the newest models first if it asks for none. */
export function orderOf(sort: string): { column: ModelColumn; isAscending: boolean } {
  const isReversed = sort.startsWith('-');
  const name = isReversed ? sort.slice(1) : sort;
  const column = Object.hasOwn(MODEL_COLUMNS, name) ? (name as ModelColumn) : 'created';
  return { column, isAscending: MODEL_COLUMNS[column].isAscending !== isReversed };
}

/** `sort` after a click on a column: its first direction, then the other. */
export function nextSort(sort: string, column: ModelColumn): string {
  const now = orderOf(sort);
  const isFirst = now.column !== column || now.isAscending !== MODEL_COLUMNS[column].isAscending;
  return isFirst ? column : `-${column}`;
}

/** The models that a view shows, in its order. Models without the value come last in both directions. */
export function viewModels(models: readonly ListedModel[], view: ModelsView): ListedModel[] {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const { column, isAscending } = orderOf(view.sort);
  const key: Key = MODEL_COLUMNS[column].key;
  return models
    .filter((model) => hasVerdict(model, view.verdict))
    .filter((model) => {
      const text = [model.model, model.engine, model.model_type, ...model.symbols].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => compare(key(a), key(b), isAscending) || a.model.localeCompare(b.model));
}

function hasVerdict({ verdict, problem }: ListedModel, wanted: string): boolean {
  if (wanted === '') return true;
  if (wanted === 'damaged') return problem !== null;
  return wanted === 'none' ? verdict === null : verdict === wanted;
}

function compare(a: string | number | null, b: string | number | null, isAscending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true });
  return isAscending ? order : -order;
}

/** Choices of the filter for verdicts. */
export const VERDICT_FILTERS = [...VERDICT_LABELS, 'none', 'damaged'] as const;
