import { LOCAL_CALLER, TOKEN_PATTERN, type CallerInfo } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { ApiClient } from '../api-client.js';
import { UsageError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { readSecret } from '../read-secret.js';

/** `ktrdr login`: checks a token against the API, and saves it for this API. */
export async function login(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  const { output, tokenFile } = context;
  const apiUrl = context.apiUrl();
  if (isUnencrypted(apiUrl)) {
    output.err(
      `Warning: ${apiUrl} is not encrypted. Whoever can read the network traffic can read the token. Use an https address, or press Ctrl+C to exit.`,
    );
  }
  const token = await readSecret(context, `Access token for ${apiUrl} (it is not shown): `);
  if (!TOKEN_PATTERN.test(token)) {
    throw new UsageError(
      token === ''
        ? 'There is no token. Paste it when ktrdr login asks for it, or pipe it: ktrdr login < file'
        : 'This is not an access token: it begins with ktrdr_ and has 62 characters.',
    );
  }
  const caller = await new ApiClient({
    baseUrl: apiUrl,
    ca: context.authorities(),
    token: { secret: token, from: 'typed' },
  }).get<CallerInfo>('/caller');
  const isNeeded = caller.name !== LOCAL_CALLER;
  if (isNeeded) tokenFile().save(apiUrl, token);
  return answer(
    context,
    options,
    { ...caller, api_url: apiUrl, saved: isNeeded },
    {
      view: () =>
        isNeeded
          ? `Logged in to ${apiUrl} as ${caller.name} (${caller.role}). Saved in ${tokenFile().path}.`
          : `The API at ${apiUrl} needs no token. Nothing was saved.`,
      names: ({ name }) => [name],
    },
  );
}

/** `ktrdr logout`: removes the saved token of this API. The token stays valid. */
export async function logout(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  const { tokenFile } = context;
  const apiUrl = context.apiUrl();
  const removed = tokenFile().remove(apiUrl);
  return answer(
    context,
    options,
    { api_url: apiUrl, removed },
    {
      view: () =>
        removed
          ? `The token for ${apiUrl} is removed from ${tokenFile().path}. It is still valid. To revoke it: ktrdr token revoke NAME`
          : `There is no token for ${apiUrl}.`,
      names: () => (removed ? [apiUrl] : []),
    },
  );
}

function isUnencrypted(apiUrl: string): boolean {
  const { protocol, hostname } = new URL(apiUrl);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
