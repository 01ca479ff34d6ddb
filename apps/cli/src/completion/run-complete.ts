import { readApiUrl, readAuthorities, readToken, settingsFilePath, tokenFilePath } from '../config.js';
import { printable } from '@ktrdr/contracts';
import { CliError } from '../cli-error.js';
import { readCommandTree } from '../own-files.js';
import { SettingsFile } from '../settings-file.js';
import { TokenFile } from '../token-file.js';
import { apiNames, type ApiAccess } from './api-names.js';
import { complete } from './complete.js';

/** The API must answer within this time, ms: a shell waits for the whole command, which may take 150 ms. */
const API_MS = 80;

/** `ktrdr __complete WORDS`: prints a line for each candidate, `value<tab>description`. Says nothing if something is wrong. */
export async function runComplete(words: readonly string[]): Promise<void> {
  const tree = readCommandTree();
  if (tree === null) return;
  const signal = AbortSignal.timeout(API_MS);
  const candidates = await complete(tree, words, async (kind, command) => {
    const access = apiAccess();
    return access === null ? [] : apiNames(access, signal)(kind, command);
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

/** `null` if a setting is wrong: a shell in the middle of a line is no place for its message. */
function apiAccess(): ApiAccess | null {
  try {
    const saved = new SettingsFile(settingsFilePath()).read();
    const baseUrl = readApiUrl(undefined, saved);
    const token = readToken() ?? new TokenFile(tokenFilePath(undefined, saved)).find(baseUrl);
    return { baseUrl, token, ca: readAuthorities(undefined, saved) };
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
