import { ApiClient } from './api-client.js';
import type { Clock } from '@ktrdr/contracts';
import type { SentToken } from './http-client.js';
import type { SignalSource } from './interrupts.js';
import type { Output } from './output.js';
import type { SettingsFile } from './settings-file.js';
import type { TokenFile } from './token-file.js';

/** Passed to every command. */
export interface CommandContext {
  output: Output;
  clock: Clock;
  signals: SignalSource;
  /** Input of the user: `process.stdin`. */
  input: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (mode: boolean) => unknown };
  /** @throws UsageError if `KTRDR_API_URL` is not a URL */
  apiUrl: () => string;
  /** Certificates of the API's authorities, PEM. @throws UsageError if `KTRDR_CA_FILE` cannot be read */
  authorities: () => string | undefined;
  /** The token of the environment, which overrides a saved one. */
  environmentToken: () => string | undefined;
  /** The saved tokens. */
  tokenFile: () => TokenFile;
  /** The file of `ktrdr config`. */
  settingsFile: () => SettingsFile;
  /** Value of `USE_TRAINING_HOST_SERVICE`. @throws UsageError if it is neither true nor false */
  wantsHostService: () => boolean | undefined;
}

/** @param verbose prints a line for each response on stderr */
export function openApi(
  context: CommandContext,
  {
    verbose = false,
    signal,
    note = (line) => context.output.note(line),
  }: { verbose?: boolean; signal?: AbortSignal; note?: (line: string) => void },
): ApiClient {
  const { output } = context;
  const baseUrl = context.apiUrl();
  return new ApiClient({
    baseUrl,
    ca: context.authorities(),
    token: tokenFor(context, baseUrl),
    signal,
    onWait: (line) => note(output.errorStyle.dim(line)),
    ...(verbose ? { onAnswer: (line: string) => note(output.errorStyle.dim(line)) } : {}),
  });
}

function tokenFor({ environmentToken, tokenFile }: CommandContext, apiUrl: string): SentToken | null {
  const set = environmentToken();
  if (set !== undefined) return { secret: set, from: 'KTRDR_TOKEN' };
  const file = tokenFile();
  const saved = file.find(apiUrl);
  return saved === null ? null : { secret: saved, from: file.path };
}
