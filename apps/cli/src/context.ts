import { ApiClient } from './api-client.js';
import type { Clock } from '@ktrdr/contracts';
import type { SignalSource } from './interrupts.js';
import type { Output } from './output.js';

/** Passed to every command. */
export interface CommandContext {
  output: Output;
  clock: Clock;
  signals: SignalSource;
  /** Input of the user: `process.stdin`. */
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  /** @throws UsageError if `KTRDR_API_URL` is not a URL */
  apiUrl: () => string;
  /** Certificates of the API's authorities, PEM. @throws UsageError if `KTRDR_CA_FILE` cannot be read */
  authorities: () => string | undefined;
  /** Value of `USE_TRAINING_HOST_SERVICE`. @throws UsageError if it is neither true nor false */
  wantsHostService: () => boolean | undefined;
}

/** @param verbose prints a line for each response on stderr */
export function openApi(
  { apiUrl, authorities, output }: CommandContext,
  {
    verbose = false,
    signal,
    note = (line) => output.err(line),
  }: { verbose?: boolean; signal?: AbortSignal; note?: (line: string) => void },
): ApiClient {
  return new ApiClient({
    baseUrl: apiUrl(),
    ca: authorities(),
    signal,
    ...(verbose ? { onAnswer: (line: string) => note(output.errorStyle.dim(line)) } : {}),
  });
}
