import type { CommandContext } from '../context.js';
import type { ApiAccess } from './api-names.js';

/** Where the API is, with the token for it. @throws UsageError if a setting cannot be used */
export function apiAccess(
  context: Pick<CommandContext, 'apiUrl' | 'authorities' | 'environmentToken' | 'tokenFile'>,
): ApiAccess {
  const baseUrl = context.apiUrl();
  return {
    baseUrl,
    token: context.environmentToken() ?? context.tokenFile().find(baseUrl),
    ca: context.authorities(),
  };
}
