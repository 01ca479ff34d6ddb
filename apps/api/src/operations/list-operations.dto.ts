import { OPERATION_STATUSES, OPERATION_TYPES, type ListOperationsQuery } from '@ktrdr/contracts';
import { QueryNumber, RequestOf } from '@ktrdr/service-kit';
import { IsInt, IsOptional, Matches, Max, MaxLength, Min } from 'class-validator';

const MOST_LISTED = 1000;
const MAX_SEARCH_LENGTH = 100;
/** A date, or a date and a time with a time zone. `wholeTime` checks the rest. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;
const TIME_PROBLEM = {
  message:
    '$property must be a time with a time zone, such as 2026-01-05T10:00:00Z, or a date, such as 2026-01-05',
};

/** One or several of `values`, separated by commas. */
function someOf(values: readonly string[]): [RegExp, { message: string }] {
  const one = `(${values.join('|')})`;
  const message = `$property must be one or several of ${values.join(', ')}, separated by commas`;
  return [new RegExp(`^${one}(,${one})*$`), { message }];
}

@RequestOf('ListOperationsQuery')
export class ListOperationsDto implements ListOperationsQuery {
  @IsOptional()
  @Matches(...someOf(OPERATION_STATUSES))
  status?: string;

  @IsOptional()
  @Matches(...someOf(OPERATION_TYPES))
  type?: string;

  @IsOptional()
  @Matches(TIME, TIME_PROBLEM)
  since?: string;

  @IsOptional()
  @Matches(TIME, TIME_PROBLEM)
  until?: string;

  @IsOptional()
  @Matches(/\S/, { message: '$property must not be empty' })
  @MaxLength(MAX_SEARCH_LENGTH)
  search?: string;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  limit?: number;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number;
}
