import { ApiClient } from './api-client.js';
import type { Clock } from '@ktrdr/contracts';
import type { SignalSource } from './interrupts.js';
import type { Output } from './output.js';

/** What every command is given. */
export interface CommandContext {
  output: Output;
  clock: Clock;
  signals: SignalSource;
  /** Where answers are typed: `process.stdin`. */
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  /** @throws UsageError where `KTRDR_API_URL` is no URL */
  apiUrl: () => string;
  /** Value of `USE_TRAINING_HOST_SERVICE`. @throws UsageError if it is neither true nor false */
  wantsHostService: () => boolean | undefined;
}

/** @param verbose each answer is told on stderr */
export function openApi(
  { apiUrl, output }: CommandContext,
  {
    verbose = false,
    signal,
    note = (line) => output.err(line),
  }: { verbose?: boolean; signal?: AbortSignal; note?: (line: string) => void },
): ApiClient {
  return new ApiClient({
    baseUrl: apiUrl(),
    signal,
    ...(verbose ? { onAnswer: (line: string) => note(output.errorStyle.dim(line)) } : {}),
  });
}
