import type { OperationList, TypedOperationSummary } from '@ktrdr/contracts';
import { type ApiClient, operationPath } from './api-client.js';
import { type FilterOptions, filterQuery } from './operation-filters.js';

/** Operations of one request. */
const PAGE = 200;

/** Every operation that the filters match, newest first. @param now UTC ms */
export async function matchingOperations(
  api: ApiClient,
  filters: FilterOptions,
  now: number,
): Promise<TypedOperationSummary[]> {
  const found = new Map<string, TypedOperationSummary>();
  const query = filterQuery(filters, now);
  for (let offset = 0; ; offset += PAGE) {
    const { operations, total_count } = await api.get<OperationList>('/operations', {
      ...query,
      limit: PAGE,
      offset,
    });
    // an operation that starts in the meantime moves the pages
    for (const operation of operations) found.set(operation.operation_id, operation);
    if (operations.length === 0 || offset + PAGE >= total_count) return [...found.values()];
  }
}

/** The operations with these ids, in their order. @throws ApiError for an unknown one */
export async function namedOperations(
  api: ApiClient,
  ids: readonly string[],
): Promise<TypedOperationSummary[]> {
  const found: TypedOperationSummary[] = [];
  for (const id of new Set(ids)) found.push(await api.get<TypedOperationSummary>(operationPath(id)));
  return found;
}
