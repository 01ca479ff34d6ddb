/**
 * The trainer's process: receives one request, runs it, reports the result, exits. It listens before it loads large modules. With
 * `--warm` it loads them before it has a request. Its title tells a process that waits from one that trains.
 *
 * Signals: Ctrl+C in a terminal reaches every process of the group, so the process ignores SIGINT and the parent handles it. A SIGTERM
 * may also go to the whole group: the process waits a moment for the parent to cancel. If the parent ends, the process ends
 * immediately.
 */
import { errorRecord } from '@ktrdr/contracts';
import type { TrainerMessage } from '@ktrdr/contracts/messages';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import type { TrainingRunRequest } from '../run/training-run.js';
import type { ParentMessage } from './messages.js';

const HEARTBEAT_MS = 1_000;
const PARENT_DECIDES_MS = 1_000;

treatDenormalsAsZero();
// oxlint-disable-next-line no-restricted-properties -- the entry of a process passes the clock in, as in the apps
const clock = { now: () => Date.now() };
const controller = new AbortController();

function send(message: TrainerMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function leaveWith(message: TrainerMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(0));
  else endNow('SIGKILL');
}

/** `process.exit` would terminate the threads of lanes, and ONNX Runtime aborts the process if it computes in one of them. */
function endNow(signal: 'SIGTERM' | 'SIGKILL'): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

async function run(request: TrainingRunRequest): Promise<void> {
  process.title = `ktrdr trainer ${request.operationId}`;
  setInterval(() => send({ type: 'heartbeat', rss: process.memoryUsage.rss() }), HEARTBEAT_MS);
  try {
    const { train } = await import('../run/train.js');
    const outcome = await train(request, {
      signal: controller.signal,
      clock,
      onProgress: (update, ended) => send({ type: 'progress', update, ended }),
      onCheckpoint: () => send({ type: 'checkpoint' }),
      onWarning: (warning) => send({ type: 'warnings', warnings: [warning] }),
    });
    leaveWith({ type: 'completed', outcome });
  } catch (error) {
    const { TrainingCancelledError } = await import('../loop/training-cancelled-error.js');
    const { trainingFailure } = await import('../loop/training-failure.js');
    leaveWith(
      error instanceof TrainingCancelledError
        ? { type: 'cancelled' }
        : { type: 'failed', error: errorRecord(trainingFailure(error)) },
    );
  }
}

/** Loads what every training needs, and compiles its code. */
async function prepare(): Promise<void> {
  const [{ warmUp }] = await Promise.all([import('../run/warm-up.js'), import('../run/train.js')]);
  await warmUp(() => !hasRequest, clock);
  if (!hasRequest) process.title = 'ktrdr warm';
}

let hasRequest = false;

process.on('message', (message: ParentMessage) => {
  hasRequest ||= message.type === 'start';
  if (message.type === 'start') void run(message.request);
  else controller.abort();
});
process.on('disconnect', () => endNow('SIGKILL'));
// 'disconnect' is not emitted again if the parent ended while this file was loading
if (!process.connected) endNow('SIGKILL');
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => {
  if (controller.signal.aborted) endNow('SIGTERM');
  else setTimeout(() => endNow('SIGTERM'), PARENT_DECIDES_MS);
});
send({ type: 'ready' });
if (process.argv.includes('--warm')) void prepare();
