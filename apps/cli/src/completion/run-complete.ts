import { printable } from '@ktrdr/contracts';
import { CliError } from '../cli-error.js';
import { processSettings } from '../process-settings.js';
import { readCommandTree } from '../own-files.js';
import { apiAccess } from './api-access.js';
import { apiNames } from './api-names.js';
import { complete } from './complete.js';

/** The API must answer within this time, ms: a shell waits for the whole command, which may take 150 ms. */
const API_MS = 80;

/** `ktrdr __complete WORDS`: prints a line for each candidate, `value<tab>description`. Says nothing if something is wrong. */
export async function runComplete(words: readonly string[]): Promise<void> {
  const tree = readCommandTree();
  if (tree === null) return;
  const signal = AbortSignal.timeout(API_MS);
  const candidates = await complete(tree, words, async (kind, command) => {
    try {
      return await apiNames(apiAccess(processSettings()), signal)(kind, command);
    } catch (error) {
      // the user is typing a command: a message about a wrong setting would disturb the line
      if (error instanceof CliError) return [];
      throw error;
    }
  });
  process.stdout.write(
    candidates
      .map(
        ({ value, description = '' }) =>
          `${printable(value)}\t${printable(description.replaceAll('\t', ' '))}\n`,
      )
      .join(''),
  );
}
