import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ModelStorage, type TrainingRunRequest } from '@ktrdr/trainer';
import { procFilesystem, requires } from '../../../tools/requirements.js';
import { childProcesses, isAlive } from './fixtures/processes.js';
import { strategyText, trainingRequest, type Workplace, workplace, writeBars } from './fixtures/training.js';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));
const { test: onLinux } = requires(procFilesystem());

let place: Workplace;

beforeEach(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 600);
});
afterEach(async () => {
  expect(childProcesses()).toEqual([]);
  await place.remove();
});

/** A started process whose output is read line by line. */
interface Started {
  child: ChildProcess;
  lines: string[];
  line: (fits: (line: string) => boolean) => Promise<string>;
  ended: Promise<void>;
}

function start(command: string, ...args: string[]): Started {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting: { fits(line: string): boolean; resolve(line: string): void }[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      lines.push(piece);
      for (const waiter of waiting) if (waiter.fits(piece)) waiter.resolve(piece);
    }
  });
  const line = (fits: (line: string) => boolean): Promise<string> => {
    const found = lines.find(fits);
    return found === undefined
      ? new Promise((resolve) => waiting.push({ fits, resolve }))
      : Promise.resolve(found);
  };
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return { child, lines, line, ended };
}

/** A service in a separate shell that stages, trains and commits one run. */
function startService(request: TrainingRunRequest, shell: string): Started {
  const args = [
    shell,
    'sh',
    process.execPath,
    fixture('run-and-store'),
    JSON.stringify(request),
    place.modelsDir,
  ];
  return start('/bin/sh', '-c', ...args);
}

describe('a full disk', () => {
  test('ends the run with advice and leaves no model and no staging folder', async () => {
    // files of more than 8 blocks of 512 bytes cannot be written (EFBIG: Node ignores SIGXFSZ); weights.bin is bigger
    const request = trainingRequest(place, {
      strategy: strategyText({ hiddenLayers: [64, 64], epochs: 1 }),
    });
    const service = startService(request, 'ulimit -f 8; exec "$@"');
    await service.ended;
    const error = JSON.parse(service.lines.at(-1)!) as { code: string; message: string };
    expect(error.code).toBe('disk_full');
    expect(error.message).toMatch(
      /The disk is full \(EFBIG\): writing the model into .* failed\. Nothing was stored\. Free some space/,
    );
    expect(await readdir(place.modelsDir)).toEqual(['.staging']);
    expect(await readdir(`${place.modelsDir}/.staging`)).toEqual([]);
  });

  test('does not prevent a later run', async () => {
    const request = trainingRequest(place, { strategy: strategyText({ epochs: 1 }) });
    const service = startService(request, 'exec "$@"');
    await service.ended;
    expect(JSON.parse(service.lines.at(-1)!)).toEqual({ model: 'small/1h_v1' });
    expect((await new ModelStorage(place.modelsDir).get('small', '1h_v1')).summary).toMatchObject({
      model: 'small/1h_v1',
      symbols: ['AAA'],
      seed: 7,
    });
  });
});

onLinux('the trainer dies with its parent, and the next start sweeps up what it left', async () => {
  const request = trainingRequest(place, { strategy: strategyText({ epochs: 50_000 }) });
  const service = startService(request, 'exec "$@"');
  const pid = Number((await service.line((line) => line.startsWith('child '))).split(' ')[1]);
  expect(isAlive(pid)).toBe(true);
  const from = performance.now();
  service.child.kill('SIGKILL');
  while (isAlive(pid) && performance.now() - from < 3000)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isAlive(pid)).toBe(false);
  await service.ended;
  const swept = await new ModelStorage(place.modelsDir).removeStale();
  expect(swept).toEqual([expect.stringMatching(`^${request.operationId}[.]`)]);
  expect(await readdir(`${place.modelsDir}/.staging`)).toEqual([]);
});

test('processes that commit at the same time get different numbers', async () => {
  const services = ['aaa', 'bbb', 'ccc'].map((id) =>
    start(process.execPath, fixture('commit-model'), place.modelsDir, id, '8'),
  );
  await Promise.all(services.map((service) => service.line((line) => line === 'ready')));
  for (const { child } of services) child.stdin!.end('go\n');
  await Promise.all(services.map(({ ended }) => ended));
  const stored = services.flatMap(({ lines }) => lines.slice(1));
  const numbers = Array.from({ length: 24 }, (_, index) => `small/1h_v${index + 1}`);
  expect(stored.toSorted()).toEqual(numbers.toSorted());
  expect((await new ModelStorage(place.modelsDir).list()).map(({ model }) => model).toSorted()).toEqual(
    numbers.toSorted(),
  );
});
