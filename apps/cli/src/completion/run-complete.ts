import { printable } from '@ktrdr/contracts';
import { CliError } from '../cli-error.js';
import { processSettings } from '../process-settings.js';
import { readCommandTree } from '../own-files.js';
import { apiAccess } from './api-access.js';
import { apiNames } from './api-names.js';
import { complete } from './complete.js';
import { FILES } from './scripts.js';

/** The API must answer within this time, ms, because the shell waits. An API on another continent needs 300 ms for TLS and the answer. */
const API_MS = 500;

/**
 * `ktrdr __complete WORDS`: prints a line for each candidate, `value<tab>description`. Prints nothing after an error.
 *
 * @returns exit code: `FILES` if the shell should offer file names
 */
export async function runComplete(words: readonly string[]): Promise<number> {
  const tree = readCommandTree();
  if (tree === null) return 0;
  const signal = AbortSignal.timeout(API_MS);
  const completion = await complete(tree, words, async (kind, command) => {
    try {
      return await apiNames(apiAccess(processSettings()), signal)(kind, command);
    } catch (error) {
      // the user is typing a command: a message about a wrong setting would disturb the line
      if (error instanceof CliError) return [];
      throw error;
    }
  });
  if (completion === 'files') return FILES;
  process.stdout.write(
    completion
      .map(
        ({ value, description = '' }) =>
          `${printable(value)}\t${printable(description.replaceAll('\t', ' '))}\n`,
      )
      .join(''),
  );
  return 0;
}
