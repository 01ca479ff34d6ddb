import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isTerminalStatus,
  type ModelList,
  type Operation,
  type OperationHistory,
  type TrainingResult,
} from '@ktrdr/contracts';
import { dataOf } from '@ktrdr/service-kit/testing';
import type { World } from './world.js';

/** Fingerprint of the model of each training seed, from a run that nothing disturbed. */
export type Models = ReadonlyMap<number, string>;

/** What is wrong with the world in the end; empty where nothing is. */
export async function judge(world: World, operations: Operation[], models: Models): Promise<string[]> {
  const wrong: string[] = [];
  const known = new Map(operations.map((operation) => [operation.operation_id, operation]));
  for (const id of world.ids) {
    const operation = known.get(id);
    if (operation === undefined) wrong.push(`${id} was acknowledged and is lost`);
    else wrong.push(...(await judgeOperation(world, operation, models)));
  }
  if (operations.length !== world.ids.length)
    wrong.push(`${operations.length} operations where ${world.ids.length} were started`);
  const completed = operations.filter(({ status }) => status === 'completed').length;
  const stored = dataOf(await world.get<ModelList>('/models')).models.length;
  // a training that was cancelled while its model was stored has left it
  const most = completed + world.cancelled.size;
  if (stored < completed || stored > most)
    wrong.push(`${stored} models of ${completed} completed operations`);
  return wrong;
}

async function judgeOperation(world: World, operation: Operation, models: Models): Promise<string[]> {
  const wrong: string[] = [];
  const { operation_id: id, status, error } = operation;
  if (!isTerminalStatus(status))
    wrong.push(`${id} is ${status} at ${operation.progress.percentage} %: it never ended`);
  else if (status === 'failed')
    wrong.push(`${id} failed in every attempt, last with ${error?.code}: ${error?.message}`);
  if (error?.code === 'internal_error') wrong.push(`${id}: ${error.message}`);
  const { history } = dataOf(await world.get<OperationHistory>(`/operations/${id}/history`));
  for (let attempt = 1; attempt <= operation.attempt; attempt++) {
    const ends = history.filter(
      (entry) => entry.attempt === attempt && isTerminalStatus(entry.status),
    ).length;
    if (ends !== 1) wrong.push(`${id}: attempt ${attempt} ended ${ends} times`);
  }
  if (status === 'completed') wrong.push(...(await judgeModel(world, operation, models)));
  return wrong;
}

async function judgeModel(world: World, operation: Operation, models: Models): Promise<string[]> {
  const { operation_id: id, metadata } = operation;
  const { model, model_path } = (operation.result as TrainingResult).artifacts;
  const loaded = await world.get(`/models/${model ?? ''}`);
  if (!loaded.body.success)
    return [`${id}: its model ${model} cannot be loaded: ${loaded.body.error.message}`];
  const seed = Number(metadata.parameters['seed']);
  const same = (await modelFingerprint(model_path ?? '')) === models.get(seed);
  return same ? [] : [`${id}: its model differs from that of a run that nothing disturbed`];
}

/** @param path folder of a model */
export async function modelFingerprint(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(path, 'model.onnx')))
    .digest('hex');
}
