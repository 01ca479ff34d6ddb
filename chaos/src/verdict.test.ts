import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Operation, TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox, until } from '@ktrdr/service-kit/testing';
import { Observer } from '../dist/observer.js';
import { keyOf, outcomeOf } from '../dist/training.js';
import { judge, leftProcesses } from '../dist/verdict.js';
import { World } from '../dist/world.js';

/** The tests start from a correct world, then break one thing at a time. The verdict must name each. */
const TRAINING = { seed: 1, hasMembers: false };
const KEY = keyOf(TRAINING.seed, undefined);

let sandbox: Sandbox;
let world: World;
let operation: Operation;
let modelFile: string;
let models: ReadonlyMap<string, string>;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  world = await World.open(sandbox, {
    seed: 0,
    mode: 'local',
    onInterrupt: 'fail',
    trainings: [TRAINING],
    faults: [],
  });
  await world.start(TRAINING);
  // the second attempt resumes from a checkpoint and completes
  await until(
    'a checkpoint',
    () => world.operations(),
    ([running]) => running?.resumable === true,
    { withinMs: 60_000 },
  );
  await world.apply({ kind: 'kill trainer' });
  [operation] = (await world.finish(120_000)) as [Operation];
  const result = operation.result as TrainingResult;
  modelFile = join(result.artifacts.model_path ?? '', 'model.onnx');
  models = new Map([[KEY, await outcomeOf(result)]]);
});

afterAll(async () => {
  await world.close();
  await sandbox.close();
});

function verdict(changes: Partial<Operation> = {}, observer = new Observer()): Promise<string[]> {
  return judge(world, [{ ...operation, ...changes }], observer, models);
}

/** @returns the violations after an observer has seen these states in order */
function noted(...sights: Partial<Operation>[]): string[] {
  const observer = new Observer();
  for (const sight of sights) observer.see({ ...operation, ...sight });
  return [...observer.violations];
}

function at(percentage: number): Pick<Operation, 'progress'> {
  return { progress: { ...operation.progress, percentage } };
}

test('a correct world has no violations', async () => {
  expect(await verdict()).toEqual([]);
  expect(await leftProcesses(sandbox)).toEqual([]);
});

test('an operation that is missing, duplicated, not ended or failed is a violation', async () => {
  const id = operation.operation_id;
  expect(await judge(world, [], new Observer(), models)).toContain(`${id} was acknowledged and is missing`);
  expect(await judge(world, [operation, operation], new Observer(), models)).toContain(
    'operations: 2 exist, 1 started',
  );
  expect(await verdict({ status: 'running' })).toContainEqual(expect.stringMatching(/has not ended/));
  const error = { code: 'internal_error' as const, message: 'broken' };
  expect(await verdict({ status: 'failed', error })).toContain(`${id}: broken`);
  expect(await verdict({ status: 'failed', error })).toContainEqual(expect.stringMatching(/never completed/));
  // the history has no end of this attempt
  expect(await verdict({ attempt: 3 })).toEqual([`${id}: attempt 3 ended 0 times instead of once`]);
});

test('a falling percentage, an undone end and a falling attempt number are violations', () => {
  const running = { ...at(50), status: 'running' as const };
  expect(noted({ ...running, ...at(40) }, running)).toEqual([]);
  expect(noted(running, { ...running, ...at(40) })).toEqual([
    `${operation.operation_id}: 50 % became 40 % in attempt 2`,
  ]);
  expect(noted({}, { status: 'running' })).toEqual([
    `${operation.operation_id}: completed became running in attempt 2`,
  ]);
  expect(noted({ attempt: 2 }, { attempt: 1 })).toEqual([`${operation.operation_id}: attempt 2 became 1`]);
});

test('an attempt that resumes below the percentage of the previous attempt is a violation', async () => {
  const observer = new Observer();
  observer.see({ ...operation, ...at(50), status: 'failed', attempt: 1 });
  observer.see({ ...operation, ...at(40), status: 'running', attempt: 2 });
  expect(await verdict({}, observer)).toEqual([
    `${operation.operation_id}: attempt 2 resumed at 40 %, but attempt 1 had reached 50 %`,
  ]);
});

test('a model that differs or cannot be loaded is a violation', async () => {
  const bytes = await readFile(modelFile);
  const others = new Map([[KEY, 'another']]);
  expect(await judge(world, [operation], new Observer(), others)).toEqual([
    expect.stringMatching(/its model or its scores differ/),
  ]);
  const broken = Buffer.from(bytes);
  broken.writeUInt8(broken.readUInt8(broken.length >> 1) ^ 1, broken.length >> 1);
  await writeFile(modelFile, broken);
  expect(await verdict()).toContainEqual(expect.stringMatching(/its model/));
  await writeFile(modelFile, bytes);
  expect(await verdict()).toEqual([]);
});

test('a leftover training process is a violation', async () => {
  const left = sandbox.spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', 'trainer'], {});
  await until(
    'the process',
    () => sandbox.trainers(),
    (pids) => pids.length === 1,
  );
  expect(await leftProcesses(sandbox)).toEqual(['leftover training processes: 1']);
  await left.stop();
  expect(await leftProcesses(sandbox)).toEqual([]);
});
