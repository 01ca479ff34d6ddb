import {
  KtrdrError,
  shown,
  type ListOperationsQuery,
  type OperationStatus,
  type OperationType,
} from '@ktrdr/contracts';
import type { OperationQuery } from '@ktrdr/orchestrator';

/** The filters and the page of a checked query. @throws KtrdrError `invalid_date` for a time that does not exist */
export function listFilters({
  status,
  type,
  since,
  until,
  search,
  limit,
  offset,
}: ListOperationsQuery): Partial<OperationQuery> {
  return {
    statuses: status?.split(',') as OperationStatus[] | undefined,
    types: type?.split(',') as OperationType[] | undefined,
    createdFrom: since === undefined ? undefined : instantOf('since', since),
    createdBefore: until === undefined ? undefined : instantOf('until', until),
    search,
    limit,
    offset,
  };
}

/** ISO 8601 in UTC, with milliseconds, as operations have their times. */
function instantOf(field: string, text: string): string {
  const time = new Date(text);
  const [date = ''] = text.split('T');
  // JavaScript takes 31 February for 3 March
  const isDate = !Number.isNaN(time.getTime()) && new Date(date).toISOString().startsWith(date);
  if (!isDate) {
    throw new KtrdrError('invalid_date', `${field}=${shown(text)} is not a time that exists.`, {
      details: { field },
    });
  }
  return time.toISOString();
}
