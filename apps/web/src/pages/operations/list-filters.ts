import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type ListOperationsQuery,
  type OperationStatus,
  type OperationType,
  type TypedOperationSummary,
} from '@ktrdr/contracts';

/** The filters as the address has them. */
export const FILTER_NAMES = ['status', 'type', 'since', 'search'] as const;
export type FilterTexts = Readonly<Record<(typeof FILTER_NAMES)[number], string>>;

/** Spans that can be chosen: `24h` in an address stays a day long, whenever it is opened. */
export const SINCE_CHOICES: readonly (readonly [value: string, title: string])[] = [
  ['', 'Any time'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
];

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS };
/** Fields of the metadata that the API's search looks in. */
const SEARCHED = ['strategy', 'model', 'symbols', 'symbol', 'timeframes', 'timeframe', 'file', 'source'];

/** What a list shows. Values that an address has wrong are left out. */
export interface ListFilters {
  statuses: readonly OperationStatus[];
  types: readonly OperationType[];
  /** Created at this time or later, ISO 8601; `null`: any time. */
  since: string | null;
  search: string;
}

/** @param now by the API's clock, ms since 1970 */
export function filtersOf({ status, type, since, search }: FilterTexts, now: number): ListFilters {
  const chosen = <Value extends string>(text: string, all: readonly Value[]): Value[] =>
    all.filter((value) => text.split(',').includes(value));
  return {
    statuses: chosen(status, OPERATION_STATUSES),
    types: chosen(type, OPERATION_TYPES),
    since: sinceOf(since, now),
    search: search.trim(),
  };
}

function sinceOf(text: string, now: number): string | null {
  const [, count, unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now - Number(count) * (UNIT_MS[unit] ?? 0)).toISOString();
  const time = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** The query of one page. */
export function queryOf(
  { statuses, types, since, search }: ListFilters,
  page: { offset: number; limit: number },
): ListOperationsQuery {
  return {
    status: statuses.length === 0 ? undefined : statuses.join(','),
    type: types.length === 0 ? undefined : types.join(','),
    since: since ?? undefined,
    search: search === '' ? undefined : search,
    ...page,
  };
}

/** Whether an operation belongs to the list; the API decides the same for its pages. */
export function belongs(operation: TypedOperationSummary, filters: ListFilters): boolean {
  const { statuses, types, since, search } = filters;
  if (statuses.length > 0 && !statuses.includes(operation.status)) return false;
  if (types.length > 0 && !types.includes(operation.operation_type)) return false;
  if (since !== null && operation.created_at < since) return false;
  const text = searchTextOf(operation);
  return (search.toLowerCase().match(/\S+/g) ?? []).every((word) => text.includes(word));
}

function searchTextOf({ operation_id, metadata }: TypedOperationSummary): string {
  const fields = SEARCHED.flatMap((name) => metadata[name as keyof typeof metadata] ?? []);
  return [operation_id, ...fields].join(' ').toLowerCase();
}
