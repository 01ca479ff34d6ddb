/** Program of a `BackgroundThread`: runs one task at a time. */
import { parentPort } from 'node:worker_threads';
import { type ErrorBody, KtrdrError } from '@ktrdr/contracts';
import { TASKS, type TaskMessage } from './tasks.js';

/** Outcome of one task. */
export type TaskAnswer = { result: unknown } | { error: ErrorBody } | { failure: unknown };

async function answer({ name, args }: TaskMessage): Promise<TaskAnswer> {
  try {
    return { result: await (TASKS[name] as (...args: unknown[]) => unknown)(...args) };
  } catch (error) {
    return error instanceof KtrdrError ? { error: error.toBody() } : { failure: error };
  }
}

parentPort?.on('message', (task: TaskMessage) => {
  void answer(task).then((found) => {
    const bytes = 'result' in found && found.result instanceof Uint8Array ? [found.result.buffer] : [];
    parentPort?.postMessage(found, bytes as ArrayBuffer[]);
  });
});
