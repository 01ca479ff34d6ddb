/**
 * The trainer's process: receives one request, runs it, reports the result, exits. It listens before it loads large modules.
 *
 * Signals: Ctrl+C in a terminal reaches every process of the group, so the process ignores SIGINT and the parent handles it. A SIGTERM
 * may also go to the whole group: the process waits a moment for the parent to cancel. If the parent ends, the process ends
 * immediately.
 */
import { KtrdrError } from '@ktrdr/contracts';
import type { ErrorBody } from '@ktrdr/contracts';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import type { TrainingRunRequest } from '../run/training-run.js';
import type { ChildMessage, ParentMessage } from './messages.js';

const HEARTBEAT_MS = 1_000;
const PARENT_DECIDES_MS = 1_000;
const TERMINATED = 143;
const ORPHANED = 1;

treatDenormalsAsZero();
// oxlint-disable-next-line no-restricted-properties -- the entry of a process passes the clock in, as in the apps
const clock = { now: () => Date.now() };
const controller = new AbortController();

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function leaveWith(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(0));
  else process.exit(ORPHANED);
}

async function run(request: TrainingRunRequest): Promise<void> {
  try {
    const { train } = await import('../run/train.js');
    const outcome = await train(request, {
      signal: controller.signal,
      clock,
      onProgress: (update) => send({ type: 'progress', update }),
      onCheckpoint: () => send({ type: 'checkpoint' }),
      onWarning: (warning) => send({ type: 'warnings', warnings: [warning] }),
    });
    leaveWith({ type: 'completed', outcome });
  } catch (error) {
    const { TrainingCancelledError } = await import('../loop/training-cancelled-error.js');
    leaveWith(
      error instanceof TrainingCancelledError
        ? { type: 'cancelled' }
        : { type: 'failed', error: bodyOf(error) },
    );
  }
}

function bodyOf(error: unknown): ErrorBody {
  if (error instanceof KtrdrError) return error.toBody();
  console.error(error);
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /allocation failed|Invalid typed array length/.test(text)) {
    const message = `The training ran out of memory (${text}). Use fewer bars or smaller layers and start again.`;
    return { code: 'trainer_out_of_memory', message };
  }
  return { code: 'internal_error', message: `The training failed unexpectedly: ${text}` };
}

process.on('message', (message: ParentMessage) => {
  if (message.type === 'start') void run(message.request);
  else controller.abort();
});
process.on('disconnect', () => process.exit(ORPHANED));
// 'disconnect' is not emitted again if the parent ended while this file was loading
if (!process.connected) process.exit(ORPHANED);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => {
  if (controller.signal.aborted) process.exit(TERMINATED);
  setTimeout(() => process.exit(TERMINATED), PARENT_DECIDES_MS);
});
setInterval(() => send({ type: 'heartbeat' }), HEARTBEAT_MS);
send({ type: 'ready' });
