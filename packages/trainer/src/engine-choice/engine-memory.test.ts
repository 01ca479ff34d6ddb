import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import { EngineMemory, type KnownEngines } from './engine-memory.js';
import { EngineSelector } from './engine-selector.js';
import type { EngineTrials } from './engine-trial.js';
import { SMALLEST_NETWORK } from './trial-network.js';

const KNOWN: KnownEngines = {
  loads: ['onnx'],
  networks: [['a network', [{ engine: 'onnx', ms_per_step: 0.25 }]]],
};
const NOTHING: KnownEngines = { loads: [], networks: [] };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-engines-'));
  file = join(folder, 'engines.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('another process of this machine reads what one has written, and no other file is left', async () => {
  await new EngineMemory(folder).write(KNOWN);
  expect(new EngineMemory(folder).read()).toEqual(KNOWN);
  expect(await readdir(folder)).toEqual(['engines.json']);
});

test('a service that starts removes the folders of killed services, and nothing else', async () => {
  await new EngineMemory(folder).write(KNOWN);
  // a kill between the two steps of a write leaves the folder with its file
  const left = await mkdtemp(join(folder, 'engines-'));
  await writeFile(join(left, 'engines.json'), 'half');
  await mkdtemp(join(folder, 'engines-'));
  for (const own of ['engines-of-alice', 'engines']) await mkdir(join(folder, own));
  expect(new EngineMemory(folder).read()).toEqual(KNOWN);
  expect((await readdir(folder)).toSorted()).toEqual(['engines', 'engines-of-alice', 'engines.json']);
});

test('the last of several writes counts', async () => {
  const memory = new EngineMemory(folder);
  await Promise.all([memory.write(NOTHING), memory.write(KNOWN)]);
  expect(memory.read()).toEqual(KNOWN);
});

test('a missing file and the file of another machine or version hold nothing', async () => {
  expect(new EngineMemory(folder).read()).toEqual(NOTHING);
  await new EngineMemory(folder, () => 'another processor').write(KNOWN);
  expect(new EngineMemory(folder).read()).toEqual(NOTHING);
});

test.each<[string, (text: string) => string]>([
  ['cut off', (text) => text.slice(0, -20)],
  ['empty', () => ''],
  ['not JSON', () => 'engines'],
  ['null', () => 'null'],
  ['changed', (text) => text.replace('0.25', '0.26')],
])('a file that is %s holds nothing, and the next write replaces it', async (_, damage) => {
  const memory = new EngineMemory(folder);
  await memory.write(KNOWN);
  await writeFile(file, damage(await readFile(file, 'utf8')));
  expect(memory.read()).toEqual(NOTHING);
  await memory.write(KNOWN);
  expect(memory.read()).toEqual(KNOWN);
});

test('a file that is too long is not parsed', async () => {
  await writeFile(file, '');
  await truncate(file, 2_000_000);
  expect(new EngineMemory(folder).read()).toEqual(NOTHING);
});

test('without a folder that can be written, nothing is kept', async () => {
  await writeFile(file, 'a file');
  const memory = new EngineMemory(join(file, 'state'));
  await memory.write(KNOWN);
  expect(memory.read()).toEqual(NOTHING);
});

/** Counts what it is asked. */
class CountedTrials implements EngineTrials {
  readonly asked: string[] = [];

  constructor(private readonly there: Partial<Record<EngineName, number | string>>) {}

  load(engine: EngineName): Promise<string | null> {
    this.asked.push(`load ${engine}`);
    return Promise.resolve(this.there[engine] === undefined ? 'not there' : null);
  }

  time(engine: EngineName) {
    this.asked.push(`time ${engine}`);
    const found = this.there[engine]!;
    return Promise.resolve(typeof found === 'string' ? { problem: found } : { msPerStep: found });
  }
}

async function choose(there: CountedTrials['there']) {
  const trials = new CountedTrials(there);
  const selector = new EngineSelector(new EngineMemory(folder), trials);
  const phases: string[] = [];
  const { engine } = await selector.choose('auto', SMALLEST_NETWORK, {
    signal: new AbortController().signal,
    onPhase: (phase) => phases.push(phase),
  });
  // its writes are in the background
  await new Promise(setImmediate);
  await selector.written();
  return { selector, engine, phases, asked: trials.asked };
}

const TWO = { 'onnx-cuda': 0.5, onnx: 0.25 } as const;

test('a service that starts again loads no known engine and times no known network', async () => {
  const first = await choose(TWO);
  expect(first.asked).toContain('time onnx-cuda');
  const second = await choose(TWO);
  expect(second.engine).toBe(first.engine);
  expect(second.phases).toEqual([]);
  expect(second.asked.filter((one) => one.startsWith('time') || one === 'load onnx')).toEqual([]);
  // an engine that was missing may be there now
  expect(second.asked).toContain('load onnx-webgpu');
});

test('a network is timed again when another engine loads', async () => {
  await choose(TWO);
  const next = await choose({ ...TWO, 'onnx-webgpu': 0.125 });
  expect(next.engine).toBe('onnx-webgpu');
  expect(next.asked).toContain('time onnx-webgpu');
});

test('a network that one engine could not train is timed again', async () => {
  await choose({ ...TWO, 'onnx-cuda': 'out of memory' });
  expect((await choose(TWO)).asked).toContain('time onnx-cuda');
});

test('an engine that no longer loads is forgotten', async () => {
  const { selector } = await choose(TWO);
  await selector.forget('onnx-cuda');
  const next = await choose({ onnx: 0.25 });
  expect(next.asked).toContain('load onnx-cuda');
  expect(next.engine).toBe('onnx');
});
