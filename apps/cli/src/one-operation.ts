import { UsageError } from './cli-error.js';
import { type FilterOptions, hasFilter } from './operation-filters.js';

/**
 * The operation of a command that takes one id, several ids, or filters; `null` for several operations.
 *
 * @throws UsageError for none of them, or for ids and filters together
 */
export function oneOperation(command: string, ids: readonly string[], options: FilterOptions): string | null {
  const filtered = hasFilter(options);
  if (ids.length > 0 && filtered)
    throw new UsageError(
      'Name operations, or choose them with --status, --type, --since, --until and --search; not both.',
    );
  if (ids.length === 0 && !filtered)
    throw new UsageError(
      `Which operation? Name its id, or choose several with --status, --type, --since, --until or --search. For help: ktrdr operations ${command} --help`,
    );
  if (ids.length > 1 && ids.some((id) => id.trim() === ''))
    throw new UsageError('An operation id is empty. List all operations: ktrdr operations list');
  const [id] = ids;
  return ids.length === 1 && id !== undefined ? id : null;
}
