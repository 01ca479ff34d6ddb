import type { ErrorCode } from '@ktrdr/contracts';
import type { ApiError } from './cli-error.js';
import { apiAccess } from './completion/api-access.js';
import { apiNames, type NameKind } from './completion/api-names.js';
import type { CommandContext } from './context.js';
import { nearest } from './nearest.js';

/** The names that an unknown one may mean. */
const KINDS: Partial<Record<ErrorCode, NameKind>> = {
  operation_not_found: 'operation',
  model_not_found: 'model',
  bars_not_found: 'symbol',
  strategy_not_found: 'strategy',
  indicator_not_found: 'indicator',
  token_not_found: 'token',
  source_not_found: 'source',
  profile_not_found: 'profile',
  notification_not_found: 'webhook',
};

/** The API must answer within this time, ms: the user waits for an error. */
const API_MS = 1_500;

/** The name of the API that is most like a typed one that it does not know; `null` if none is. */
export async function nearestName(
  context: CommandContext,
  { code, message }: ApiError,
  words: readonly string[],
): Promise<string | null> {
  const kind = KINDS[code];
  if (kind === undefined || message.includes('Did you mean')) return null;
  const names = apiNames(apiAccess(context), AbortSignal.timeout(API_MS));
  const known = (await names(kind, 'all')).map(({ value }) => value);
  // the words of the command itself are not names
  const typed = words
    .flatMap((word) => word.replace(/^--[a-z-]+=/, '').split(','))
    .filter((word) => !word.startsWith('-'));
  for (const word of typed) {
    // the message names what is unknown
    if (known.includes(word) || !message.includes(word)) continue;
    const meant = nearest(word, known);
    if (meant !== null) return meant;
  }
  return null;
}
