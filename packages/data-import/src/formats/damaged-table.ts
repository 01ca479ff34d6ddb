import { KtrdrError } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';

/** The error of a library that cannot read a file, as that of the import. */
export function damagedTable(file: string, what: string, error: unknown): unknown {
  if (error instanceof KtrdrError || (error as Error).name === 'AbortError') return error;
  const problem = error instanceof Error ? error.message : String(error);
  return importError(
    file,
    `the ${what} cannot be read (${problem.slice(0, 200)}): write it again, or save it as CSV`,
    {
      cause: error,
    },
  );
}
