import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Started } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { QUICK, ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';

/** Generates a client from the document and uses it in a program, as a user would. */
const started = new Started();
let sandbox: Sandbox;
let api: TestService;
let folder: string;

beforeAll(async () => {
  sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  const bars = { symbol: 'AAPL', timeframe: '1h', startDate: '2024-01-01', endDate: '2024-06-30' };
  await writeSampleBars({ dataDir: sandbox.dataDir, ...bars });
  api = await sandbox.startApi('api');
  folder = sandbox.path('client');
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  const library = dirname(dirname(fileURLToPath(import.meta.resolve('openapi-fetch'))));
  await symlink(library, join(folder, 'node_modules', 'openapi-fetch'));
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenAPI3;
  await writeFile(join(folder, 'api.ts'), astToString(await openapiTS(document)));
});

afterAll(() => started.stop());

/** Starts a training, follows it and prints its result; the compiler checks every field. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const api = createClient<paths>({ baseUrl: process.env.API_URL });

async function main(): Promise<void> {
  const { data: started, error } = await api.POST('/trainings/start', {
    body: { strategy: process.env.STRATEGY, seed: 7, priority: 'high' },
  });
  if (error !== undefined) throw new Error(error.error.message);
  const params = { path: { id: started.data.operation_id } };
  for (;;) {
    const { data } = await api.GET('/operations/{id}', { params });
    if (data === undefined) throw new Error('no operation');
    const operation = data.data;
    if (operation.operation_type !== 'training') throw new Error('no training');
    if (operation.status === 'completed') {
      const accuracy: number | undefined = operation.result?.test_metrics?.test_accuracy;
      const epochs: number[] = operation.result?.training_metrics?.history.val_loss ?? [];
      const model: string | null | undefined = operation.result?.artifacts.model;
      console.log(JSON.stringify({ accuracy, epochs: epochs.length, model }));
      break;
    }
    if (operation.status === 'failed') throw new Error(operation.error?.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { error: missing } = await api.GET('/operations/{id}', { params: { path: { id: 'nosuch' } } });
  const code: components['schemas']['ErrorCode'] | undefined = missing?.error.code;
  console.log(code);
}

void main();
`;

const OPTIONS = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];

/** @returns the repository's compiler errors for each program by name; empty if there are none */
async function compile(programs: Record<string, string>): Promise<string> {
  const files = Object.keys(programs).map((name) => join(folder, `${name}.ts`));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const [name, program] of Object.entries(programs))
    await writeFile(join(folder, `${name}.ts`), program);
  const typeRoots = join(ROOT, 'node_modules', '@types');
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, ...OPTIONS, '--typeRoots', typeRoots, ...files], {
      cwd: folder,
    });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test('compiles, trains and reads the metrics', async () => {
  expect(await compile({ train: PROGRAM })).toBe('');
  const env = { ...process.env, API_URL: api.url, STRATEGY: QUICK };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'train.js')], { env });
  const [result = '', code] = stdout.trim().split('\n');
  const { accuracy, epochs, model } = JSON.parse(result) as {
    accuracy: number;
    epochs: number;
    model: string;
  };
  expect({ epochs, model, code }).toEqual({ epochs: 3, model: 'pattern/1h_v1', code: 'operation_not_found' });
  expect(accuracy).toBeGreaterThan(0);
  expect(accuracy).toBeLessThanOrEqual(1);
});

test('does not compile if the program uses something that the API does not have', async () => {
  const mistakes = {
    answer: ['test_metrics?.test_accuracy', 'test_metrics?.accuracy'],
    body: ['seed: 7', 'sead: 7'],
    choice: ["priority: 'high'", "priority: 'urgent'"],
    status: ["=== 'completed'", "=== 'done'"],
    path: ["'/trainings/start'", "'/training/start'"],
    kind: ['const accuracy: number | undefined', 'const accuracy: string | undefined'],
  } as const;
  const programs = Object.entries(mistakes).map(([name, [right, wrong]]) => {
    expect(PROGRAM).toContain(right);
    return [name, PROGRAM.replace(right, wrong)];
  });
  const complaints = await compile(Object.fromEntries(programs) as Record<string, string>);
  for (const name of Object.keys(mistakes)) expect(complaints).toMatch(new RegExp(`^${name}\\.ts\\(`, 'm'));
});
