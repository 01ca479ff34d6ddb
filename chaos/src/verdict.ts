import { setTimeout as sleep } from 'node:timers/promises';
import {
  isTerminalStatus,
  type ModelList,
  type Operation,
  type OperationHistory,
  type OperationHistoryEntry,
  type TrainingResult,
} from '@ktrdr/contracts';
import { dataOf, type Sandbox } from '@ktrdr/service-kit/testing';
import type { Observer } from './observer.js';
import { keyOf, outcomeOf } from './training.js';
import type { World } from './world.js';

/** Training processes may take this long to exit after the last training ends, ms. */
const QUIET_MS = 5_000;
/** The history's cause of an attempt that resumes from a checkpoint. */
const RESUMED = 'resumed from its last checkpoint';

/** The expected outcome of each training, from an undisturbed run. */
export type Models = ReadonlyMap<string, string>;

/** @returns the violations at the end of a run; empty if there are none */
export async function judge(
  world: World,
  operations: Operation[],
  observer: Observer,
  models: Models,
): Promise<string[]> {
  const wrong = [...observer.violations, ...(await world.judgeOwners())];
  const known = new Map(operations.map((operation) => [operation.operation_id, operation]));
  for (const id of world.ids) {
    const operation = known.get(id);
    if (operation === undefined) wrong.push(`${id} was acknowledged and is missing`);
    else wrong.push(...(await judgeOperation(world, operation, observer, models)));
  }
  if (operations.length !== world.ids.length)
    wrong.push(`operations: ${operations.length} exist, ${world.ids.length} started`);
  const completed = operations.filter(({ status }) => status === 'completed').length;
  const stored = dataOf(await world.get<ModelList>('/models')).models.length;
  // a training that was cancelled while it stored its model may leave the model
  const most = completed + world.cancelled.size;
  if (stored < completed || stored > most)
    wrong.push(`models: ${stored} stored, ${completed} operations completed`);
  return wrong;
}

async function judgeOperation(
  world: World,
  operation: Operation,
  observer: Observer,
  models: Models,
): Promise<string[]> {
  const wrong: string[] = [];
  const { operation_id: id, status, error } = operation;
  if (!isTerminalStatus(status))
    wrong.push(`${id} is ${status} at ${operation.progress.percentage} %: it has not ended`);
  else if (status === 'failed')
    wrong.push(`${id} never completed; its last attempt failed with ${error?.code}: ${error?.message}`);
  if (error?.code === 'internal_error') wrong.push(`${id}: ${error.message}`);
  const { history } = dataOf(await world.get<OperationHistory>(`/operations/${id}/history`));
  for (let attempt = 1; attempt <= operation.attempt; attempt++) {
    const ends = history.filter(
      (entry) => entry.attempt === attempt && isTerminalStatus(entry.status),
    ).length;
    if (ends !== 1) wrong.push(`${id}: attempt ${attempt} ended ${ends} times instead of once`);
    wrong.push(...judgeResume(history, attempt, id, observer));
  }
  if (status === 'completed') wrong.push(...(await judgeModel(world, operation, models)));
  return wrong;
}

/** An attempt that resumes from a checkpoint must not start below the percentage of the previous attempt. */
function judgeResume(
  history: OperationHistoryEntry[],
  attempt: number,
  id: string,
  observer: Observer,
): string[] {
  const begins = history.find((entry) => entry.attempt === attempt && entry.status === 'pending');
  const [before, now] = [observer.seen(id, attempt - 1), observer.seen(id, attempt)];
  if (begins?.cause !== RESUMED || before === undefined || now === undefined) return [];
  return now.first < before.last
    ? [
        `${id}: attempt ${attempt} resumed at ${now.first} %, but attempt ${attempt - 1} had reached ${before.last} %`,
      ]
    : [];
}

async function judgeModel(world: World, operation: Operation, models: Models): Promise<string[]> {
  const { operation_id: id, metadata } = operation;
  const result = operation.result as TrainingResult;
  const { model } = result.artifacts;
  const loaded = await world.get(`/models/${model ?? ''}`);
  if (!loaded.body.success)
    return [`${id}: its model ${model} cannot be loaded: ${loaded.body.error.message}`];
  const { seed, seeds } = metadata.parameters;
  const same = (await outcomeOf(result)) === models.get(keyOf(seed, seeds));
  return same ? [] : [`${id}: its model or its scores differ from those of an undisturbed run`];
}

/** Reports training processes that still run {@link QUIET_MS} after all trainings of the sandbox ended. */
export async function leftProcesses(sandbox: Sandbox): Promise<string[]> {
  const end = performance.now() + QUIET_MS;
  let left = await sandbox.trainers();
  while (left.length > 0 && performance.now() < end) {
    await sleep(50);
    left = await sandbox.trainers();
  }
  return left.length === 0 ? [] : [`leftover training processes: ${left.length}`];
}
