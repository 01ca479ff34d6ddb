import { MemoryOperationStore } from '../memory-operation-store.js';
import type { ManagedOperation, OperationContext } from '../operation-context.js';
import { OperationsService } from '../operations-service.js';
import { defaultProgressRenderer } from '../renderers/default-progress-renderer.js';
import { FakeClock } from './fake-clock.js';
import { Gate } from './gate.js';
import { RecordingLogger } from './recording-logger.js';

export const METADATA = { parameters: {} };

/** A service with a store in memory and a fake clock. `launch` starts any function as an operation. */
export function memoryService(store = new MemoryOperationStore()) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  let count = 0;
  const randomId = () => String(count++).padStart(4, '0');
  const operations = new OperationsService({ store, clock, logger, randomId });
  const launch = <T>(
    run: (context: OperationContext) => Promise<T>,
    options: Partial<ManagedOperation<T>> = {},
  ) =>
    operations.launch(
      { type: 'dummy', metadata: METADATA, ...options, run },
      { renderer: defaultProgressRenderer, logger },
    );
  return { store, clock, logger, operations, launch };
}

/** Work that waits at a gate, then checks its token. */
export function gatedWork() {
  const gate = new Gate();
  const run = async ({ token }: OperationContext) => {
    await gate.pass();
    token.throwIfCancelled();
    return 'done';
  };
  return { gate, run };
}
