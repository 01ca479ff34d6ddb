import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { CheckpointFiles } from './checkpoint-files.js';
import { CheckpointFolders } from './checkpoint-folders.js';
import { PeriodicCheckpoints } from './periodic-checkpoints.js';
import { emptySums, type LoopState } from '../loop/loop-state.js';

function state(batch: number, value = 1.5): LoopState {
  return {
    epoch: 2,
    batch,
    sums: { ...emptySums(), loss: 0.1 + 0.2 },
    masks: [1, -2, 3, -4],
    learningRate: { epochs: 1, rate: 0.1, bestLoss: null, badEpochs: 0 },
    finalLearningRate: 0.1,
    history: { trainLoss: [0.7], trainAccuracy: [0.5], valLoss: [0.8], valAccuracy: [0.4] },
    stopping: null,
    elapsed: 12,
    callbacks: [null, { values: { loss: 0.8, epoch: 1 }, arrays: { parameters: Float32Array.of(1, 2) } }],
    engine: { parameters: Float32Array.of(value, -0, 3), moments: [Float32Array.of(4, 5, 6)], step: 9 },
  };
}

function checkpoint(batch: number): Checkpoint {
  return {
    identity: {
      strategy: 'a',
      settings: 'b',
      bars: 'c',
      model: 'd',
      engine: 'onnx',
      seed: 7,
      code: 'e',
    },
    engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
    state: state(batch),
    finished: {
      results: [
        { seed: 1, best_epoch: 1, val_loss: 0.5, test_accuracy: 0.6, test_loss: 0.7, net_return: null },
      ],
      best: { index: 0, state: state(1) },
      elapsed: 5,
    },
  };
}

const decode = (bytes: Uint8Array): Promise<Checkpoint> =>
  decodeCheckpoint(bytes.length, async (position, length) => bytes.subarray(position, position + length));

describe('the bytes of a checkpoint', () => {
  const whole = Buffer.concat(encodeCheckpoint(checkpoint(3)));

  test('decode to the same state bit for bit', async () => {
    await expect(decode(whole)).resolves.toEqual(checkpoint(3));
  });

  test('are refused if any byte has changed or the end is missing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (place, change, cut) => {
          const torn = cut ? whole.subarray(0, place) : Buffer.from(whole);
          if (!cut) torn[place]! ^= change;
          await expect(decode(torn)).rejects.toMatchObject({ code: 'checkpoint_refused' });
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('are read in pieces that fit the size of the file', async () => {
    const asked: number[] = [];
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(0xffff_ffff, 12);
    const reading = decodeCheckpoint(lying.length, async (position, length) => {
      asked.push(length);
      return lying.subarray(position, position + length);
    });
    await expect(reading).rejects.toMatchObject({ code: 'checkpoint_refused' });
    expect(Math.max(...asked)).toBeLessThanOrEqual(lying.length);
  });

  test('contain only finite numbers', () => {
    const diverged = checkpoint(1);
    diverged.state.sums.loss = Number.NaN;
    expect(() => encodeCheckpoint(diverged)).toThrow('loss is NaN');
  });
});

describe('the checkpoints of a run', () => {
  let root: string;
  let directory: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ktrdr-checkpoint-'));
    directory = join(root, 'checkpoints', 'op_training_20260105T100000_abcd');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(...batches: number[]): Promise<CheckpointFiles> {
    const files = new CheckpointFiles(directory);
    for (const batch of batches) await files.write(checkpoint(batch));
    return files;
  }

  async function cut(name: string): Promise<void> {
    const file = await open(join(directory, name), 'r+');
    await file.truncate(100);
    await file.close();
  }

  test('the last two are kept, and the newest is read', async () => {
    await write(1, 2, 3);
    expect(await readdir(directory)).toEqual(['checkpoint-00000002.ktrdr', 'checkpoint-00000003.ktrdr']);
    const { checkpoint: read, refused } = await new CheckpointFiles(directory).read(checkpoint(0).identity);
    expect(read).toEqual(checkpoint(3));
    expect(refused).toEqual([]);
  });

  test('names a damaged checkpoint, then reads and keeps the previous one', async () => {
    await write(1, 2);
    await cut('checkpoint-00000002.ktrdr');
    const files = new CheckpointFiles(directory);
    const { checkpoint: read, refused } = await files.read(checkpoint(0).identity);
    expect(read.state.batch).toBe(1);
    expect(refused).toEqual([
      expect.stringMatching(/^checkpoint-00000002\.ktrdr cannot be used: it is damaged/),
    ]);
    await files.write(checkpoint(4));
    expect(await readdir(directory)).toEqual(['checkpoint-00000001.ktrdr', 'checkpoint-00000003.ktrdr']);
  });

  test('removes a file that a killed process was writing', async () => {
    await write(1);
    await writeFile(join(directory, 'checkpoint-00000002.ktrdr.4711.tmp'), 'half');
    const files = new CheckpointFiles(directory);
    expect((await files.read(checkpoint(0).identity)).refused).toEqual([]);
    await files.write(checkpoint(2));
    expect(await readdir(directory)).toEqual(['checkpoint-00000001.ktrdr', 'checkpoint-00000002.ktrdr']);
  });

  test('an earlier attempt that still runs does not remove files of the next attempt', async () => {
    const earlier = await write(1, 2);
    const next = new CheckpointFiles(directory);
    await next.write(checkpoint(3));
    const unfinished = 'checkpoint-00000004.ktrdr.4711.tmp';
    await writeFile(join(directory, unfinished), 'half');
    await earlier.write(checkpoint(3));
    expect(await readdir(directory)).toEqual([
      'checkpoint-00000002.ktrdr',
      'checkpoint-00000003.ktrdr',
      unfinished,
    ]);
    const { checkpoint: read } = await new CheckpointFiles(directory).read(checkpoint(0).identity);
    expect(read).toEqual(checkpoint(3));
  });

  test('refuses checkpoints of another run and names the differences', async () => {
    const files = await write(1, 2);
    const other = { ...checkpoint(0).identity, bars: 'others', seed: 8 };
    await expect(files.read(other)).rejects.toMatchObject({
      code: 'checkpoint_refused',
      message: expect.stringContaining('it belongs to another run: the bars, the seed differ'),
    });
  });

  test('without a checkpoint the error is checkpoint_missing', async () => {
    await expect(new CheckpointFiles(directory).read(null)).rejects.toMatchObject({
      code: 'checkpoint_missing',
    });
  });

  test('store the engine, and are removed after completion or after two weeks', async () => {
    const folders = new CheckpointFolders(root);
    const id = 'op_training_20260105T100000_abcd';
    await write(1);
    expect(folders.of(id)).toBe(directory);
    expect((await folders.engineOf(id)).engine).toBe('onnx');
    await folders.removeOld(Date.now());
    expect(await readdir(directory)).toHaveLength(1);
    await folders.removeOld(Date.now() + 15 * 24 * 3_600_000);
    await expect(folders.engineOf(id)).rejects.toMatchObject({ code: 'checkpoint_missing' });
    await write(1);
    await folders.remove(id, (problem) => {
      throw new Error(problem);
    });
    expect(await readdir(join(root, 'checkpoints'))).toEqual([]);
    expect(() => folders.of('../..')).toThrow("'../..' is not an operation id.");
  });

  describe('from time to time', () => {
    function periodic(changes: { bytes?: number; tookMs?: number; everyMs?: number } = {}) {
      let now = 0;
      const problems: string[] = [];
      const written: number[] = [];
      const checkpoints = new PeriodicCheckpoints({
        files: new CheckpointFiles(directory),
        identity: checkpoint(0).identity,
        engine: checkpoint(0).engine,
        everyMs: changes.everyMs ?? 2_000,
        bytes: changes.bytes ?? 0,
        from: null,
        clock: { now: () => now },
        onWritten: ({ batch }) => written.push(batch),
        onProblem: (problem) => problems.push(problem),
      });
      const write = (value: LoopState) =>
        checkpoints.write(async () => {
          now += changes.tookMs ?? 0;
          return value;
        });
      return { checkpoints, problems, written, write, at: (time: number) => (now = time) };
    }

    test('are due after the interval, or later if writing is slow: at most 1/200 of the time', async () => {
      const { checkpoints, write, at } = periodic({ tookMs: 50 });
      at(1_999);
      expect(checkpoints.isDue).toBe(false);
      at(2_000);
      expect(checkpoints.isDue).toBe(true);
      await write(state(1));
      at(2_050 + 9_999);
      expect(checkpoints.isDue).toBe(false);
      at(2_050 + 10_000);
      expect(checkpoints.isDue).toBe(true);
      const seldom = periodic({ everyMs: 60_000 });
      seldom.at(59_999);
      expect(seldom.checkpoints.isDue).toBe(false);
      seldom.at(60_000);
      expect(seldom.checkpoints.isDue).toBe(true);
      const large = periodic({ bytes: 100e6 });
      large.at(99_999);
      expect(large.checkpoints.isDue).toBe(false);
      large.at(100_000);
      expect(large.checkpoints.isDue).toBe(true);
    });

    test('a diverged state is not written', async () => {
      const { checkpoints, written, problems, write } = periodic();
      await write(state(1));
      for (const value of [Number.NaN, Infinity, -Infinity]) await write(state(2, value));
      const moments = [Float32Array.of(1, 2, 3), Float32Array.of(1, Number.NaN, 3)];
      await write({ ...state(2), engine: { ...state(2).engine, moments } });
      expect(written).toEqual([1]);
      expect(checkpoints.last).toEqual({ epoch: 2, batch: 1 });
      expect(problems).toEqual([]);
    });

    test('a checkpoint that cannot be written is reported, and training continues', async () => {
      await writeFile(join(root, 'checkpoints'), 'a file where the folder should be');
      const { checkpoints, problems, write } = periodic();
      await write(state(1));
      expect(problems).toEqual([expect.stringMatching(/^A checkpoint could not be written .*ENOTDIR/)]);
      expect(checkpoints.last).toBeNull();
      expect(await readFile(join(root, 'checkpoints'), 'utf8')).toContain('a file');
    });
  });
});
