import type { OperationStarted, StartDummyRequest } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export interface DummyOptions extends ReadOptions {
  /** Duration of an iteration, seconds. */
  duration?: number;
  iterations?: number;
  detach?: boolean;
}

export function startDummy(context: CommandContext, options: DummyOptions): Promise<ExitCode> {
  const request: StartDummyRequest = {
    duration_seconds: options.duration,
    iterations: options.iterations,
  };
  return superviseOperation(
    context,
    {
      kind: 'start',
      start: (api) => api.post<OperationStarted>('/dummy/start', request),
      detach: options.detach,
    },
    options,
  );
}
