import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { mutated, mutations } from '@ktrdr/files/testing';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  inspectCheckpoint,
  type Checkpoint,
  type CheckpointSource,
} from './checkpoint.js';
import { CheckpointFiles } from './checkpoint-files.js';
import { CheckpointFolders } from './checkpoint-folders.js';
import { type CheckpointOptions, PeriodicCheckpoints } from './periodic-checkpoints.js';
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
    callbacks: [null, { values: { loss: 0.8, epoch: 1 }, arrays: { parameters: Float32Array.of(1, 2, 3) } }],
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
    states: [
      { index: 0, state: state(batch) },
      { index: 2, state: state(batch + 1) },
    ],
    finished: {
      results: [
        {
          index: 1,
          seed: 8,
          best_epoch: 1,
          val_loss: 0.5,
          test_accuracy: 0.6,
          test_loss: 0.7,
          net_return: null,
        },
      ],
      best: { index: 1, state: state(1) },
    },
    elapsed: 5,
  };
}

const NETWORK = { parameters: 3, moments: 1, epochs: 100, members: 3 };

/** A checkpoint in memory, which counts what is asked for. */
class Source implements CheckpointSource {
  asked = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  async fill(bytes: Uint8Array, position: number, onPiece?: (piece: Uint8Array) => void): Promise<void> {
    this.asked += bytes.length;
    bytes.set(this.bytes.subarray(position, position + bytes.length));
    onPiece?.(bytes);
  }

  async *pieces(from: number, to: number): AsyncGenerator<Uint8Array> {
    this.asked += to - from;
    yield this.bytes.subarray(from, to);
  }
}

const decode = (bytes: Uint8Array, network = NETWORK): Promise<Checkpoint> =>
  decodeCheckpoint(new Source(bytes), network, checkpoint(0).identity);

/** A checkpoint with another header, and a checksum that matches. */
function signed(header: string, arrays: Uint8Array = new Uint8Array(), claimed = header.length): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(4, 0);
  numbers.writeUInt32LE(claimed, 4);
  const content = Buffer.concat([Buffer.from('KTRDRCKP'), numbers, Buffer.from(header), arrays]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

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

  const headerBytes = whole.readUInt32LE(12);
  const header = whole.toString('utf8', 16, 16 + headerBytes);
  const arrays = whole.subarray(16 + headerBytes, whole.length - 32);
  const changed = (find: string, to: string): Buffer => {
    expect(header).toContain(find);
    return signed(header.replace(find, to), arrays);
  };

  test.each([
    ['a header of 60 MB', () => signed('['.repeat(60e6)), /has 60000000 bytes, and at most 1048576 are read/],
    ['a header that is longer than the file', () => signed('{}', undefined, 5000), /it has 50 of 5048 bytes/],
    ['a deep header', () => signed('['.repeat(1e6)), /nested more than 16 levels/],
    ['a header of many values', () => signed(`[${'0,'.repeat(3e5)}0]`), /more than 40000 values/],
    ['another header', () => signed('{"a":1}'), /"identity" in its header is missing or invalid/],
    ['a vector of another length', () => changed('"length":3', '"length":4'), /"states.+" in its header/],
    ['a huge vector', () => changed('"length":3', '"length":9007199254740991'), /in its header|of \d+ bytes/],
    ['a negative length', () => changed('"length":3', '"length":-3'), /in its header/],
    ['a vector that is not there', () => changed('"$array":0', '"$array":99'), /does not match its arrays/],
    ['a vector twice', () => changed('"$array":0', '"$array":1'), /does not match its arrays/],
    [
      'a vector of another name',
      () => changed('"arrays":{"parameters"', '"arrays":{"other"'),
      /arrays\.other/,
    ],
    ['a text for a number', () => changed('"step":9', '"step":"9"'), /"states\[0\].state.engine.step"/],
    [
      'more updates than can be made',
      () => changed('"step":9', '"step":1e15'),
      /"states\[0\].state.engine.step"/,
    ],
    ['bytes at its end', () => signed(header, Buffer.concat([arrays, Buffer.alloc(4)])), /of \d+ bytes/],
  ])('are refused with %s, also with a new checksum', async (_, bytes, reason) => {
    const source = new Source(bytes());
    const refused = { code: 'checkpoint_refused', message: expect.stringMatching(reason) };
    await expect(inspectCheckpoint(source, null)).rejects.toMatchObject(refused);
    await expect(decodeCheckpoint(source, NETWORK, checkpoint(0).identity)).rejects.toMatchObject(refused);
    expect(source.asked).toBeLessThan(2 * 2 ** 20 + 200);
  });

  test.each([
    { ...NETWORK, parameters: 4 },
    { ...NETWORK, moments: 2 },
    { ...NETWORK, members: 1 },
  ])('are refused for a network of %j', async (network) => {
    const refused = {
      code: 'checkpoint_refused',
      message: expect.stringContaining('not a checkpoint of this network'),
    };
    await expect(decode(whole, network)).rejects.toMatchObject(refused);
    await expect(inspectCheckpoint(new Source(whole), network)).rejects.toMatchObject(refused);
  });

  test('keep a long history apart from the header', async () => {
    const long = checkpoint(3);
    long.states[0]!.state.history.valLoss = Array.from({ length: 100_000 }, (_, epoch) => 1 / (epoch + 3));
    const bytes = Buffer.concat(encodeCheckpoint(long));
    expect(bytes.readUInt32LE(12)).toBeLessThan(4_000);
    await expect(decode(bytes, { ...NETWORK, epochs: 100_000 })).resolves.toEqual(long);
    await expect(decode(bytes, { ...NETWORK, epochs: 99_999 })).rejects.toMatchObject({
      code: 'checkpoint_refused',
    });
  });

  test('are refused or the same after any changes and a new checksum, and nothing larger than the file is read', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const content = mutated(whole.subarray(0, -32), changes);
        const source = new Source(Buffer.concat([content, createHash('sha256').update(content).digest()]));
        const result = await decodeCheckpoint(source, NETWORK, checkpoint(0).identity).catch(
          (error: unknown) => error,
        );
        if (result instanceof Error) expect(result).toMatchObject({ code: 'checkpoint_refused' });
        expect(source.asked).toBeLessThanOrEqual(2 * source.size);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('contain only finite numbers', () => {
    const diverged = checkpoint(1);
    diverged.states[0]!.state.sums.loss = Number.NaN;
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
    const { checkpoint: read, refused } = await new CheckpointFiles(directory).read(
      checkpoint(0).identity,
      NETWORK,
    );
    expect(read).toEqual(checkpoint(3));
    expect(refused).toEqual([]);
  });

  test('names a damaged checkpoint, then reads and keeps the previous one', async () => {
    await write(1, 2);
    await cut('checkpoint-00000002.ktrdr');
    const files = new CheckpointFiles(directory);
    const { checkpoint: read, refused } = await files.read(checkpoint(0).identity, NETWORK);
    expect(read.states[0]!.state.batch).toBe(1);
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
    expect((await files.read(checkpoint(0).identity, NETWORK)).refused).toEqual([]);
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
    const { checkpoint: read } = await new CheckpointFiles(directory).read(checkpoint(0).identity, NETWORK);
    expect(read).toEqual(checkpoint(3));
  });

  test('refuses checkpoints of another run and names the differences', async () => {
    const files = await write(1, 2);
    const other = { ...checkpoint(0).identity, bars: 'others', seed: 8 };
    await expect(files.read(other, NETWORK)).rejects.toMatchObject({
      code: 'checkpoint_refused',
      message: expect.stringContaining('it belongs to another run: the bars, the seed differ'),
    });
  });

  test('without a checkpoint the error is checkpoint_missing', async () => {
    await expect(new CheckpointFiles(directory).engine()).rejects.toMatchObject({
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
    function periodic(
      changes: { bytes?: number; tookMs?: number; everyMs?: number; from?: Checkpoint } = {},
    ) {
      let now = 0;
      const problems: string[] = [];
      const written: number[][] = [];
      const options: CheckpointOptions = {
        files: new CheckpointFiles(directory),
        identity: checkpoint(0).identity,
        engine: checkpoint(0).engine,
        everyMs: changes.everyMs ?? 2_000,
        bytes: changes.bytes ?? 0,
        from: changes.from ?? null,
        clock: { now: () => now },
        onWritten: (states) => {
          now += changes.tookMs ?? 0;
          written.push(states.map(({ state: { batch } }) => batch));
        },
        onProblem: (problem) => problems.push(problem),
      };
      const checkpoints = new PeriodicCheckpoints(options);
      return { checkpoints, problems, written, at: (time: number) => (now = time) };
    }

    const given = (value: LoopState) => () => Promise.resolve(value);

    test('are due after the interval, or later if writing is slow: at most 1/200 of the time', async () => {
      const { checkpoints, at, written } = periodic({ tookMs: 50 });
      const member = checkpoints.member(0);
      at(1_999);
      expect(member.isDue).toBe(false);
      at(2_000);
      expect(member.isDue).toBe(true);
      await member.write(given(state(1)));
      expect(written).toEqual([[1]]);
      at(2_050 + 9_999);
      expect(member.isDue).toBe(false);
      at(2_050 + 10_000);
      expect(member.isDue).toBe(true);
      const seldom = periodic({ everyMs: 60_000 });
      const one = seldom.checkpoints.member(0);
      seldom.at(59_999);
      expect(one.isDue).toBe(false);
      seldom.at(60_000);
      expect(one.isDue).toBe(true);
      const large = periodic({ bytes: 100e6 });
      const other = large.checkpoints.member(0);
      large.at(99_999);
      expect(other.isDue).toBe(false);
      large.at(100_000);
      expect(other.isDue).toBe(true);
    });

    test('hold the state of every member that runs; one that ends meanwhile is not waited for', async () => {
      const { checkpoints, at, written } = periodic();
      const members = [0, 1, 2, 3].map((index) => checkpoints.member(index));
      at(2_000);
      expect(members.map(({ isDue }) => isDue)).toEqual([true, true, true, true]);
      await members[2]!.write(given(state(12)));
      expect(members.map(({ isDue }) => isDue)).toEqual([true, true, false, true]);
      await checkpoints.trained(1, state(11));
      const { finished } = checkpoint(0);
      await checkpoints.finish(1, finished!);
      await checkpoints.leave(3);
      expect(written).toEqual([]);
      await members[0]!.write(given(state(10)));
      expect(written).toEqual([[10, 12]]);
      expect(members.map(({ last }) => last?.batch)).toEqual([10, undefined, 12, undefined]);
      const read = (await new CheckpointFiles(directory).read(checkpoint(0).identity, NETWORK)).checkpoint;
      expect(read).toMatchObject({ finished, states: [{ index: 0 }, { index: 2 }] });
      // states that no member continues yet stay in the next checkpoints
      const { checkpoints: resumed } = periodic({ from: read });
      expect([0, 1, 2].map((index) => resumed.stateOf(index)?.batch)).toEqual([10, undefined, 12]);
      expect(resumed.elapsed).toBe(read.elapsed);
      await resumed.keep();
      const again = (await new CheckpointFiles(directory).read(checkpoint(0).identity, NETWORK)).checkpoint;
      expect(again).toEqual(read);
    });

    test('a diverged state is not written', async () => {
      const { checkpoints, written, problems, at } = periodic();
      const member = checkpoints.member(0);
      at(2_000);
      expect(member.isDue).toBe(true);
      await member.write(given(state(1)));
      const moments = [Float32Array.of(1, 2, 3), Float32Array.of(1, Number.NaN, 3)];
      for (const value of [Number.NaN, Infinity, -Infinity]) await member.write(given(state(2, value)));
      await member.write(given({ ...state(2), engine: { ...state(2).engine, moments } }));
      await checkpoints.keep();
      expect(written).toEqual([[1], [1]]);
      expect(member.last).toEqual({ epoch: 2, batch: 1 });
      expect(problems).toEqual([]);
    });

    test('a checkpoint that cannot be written is reported, and training continues', async () => {
      await writeFile(join(root, 'checkpoints'), 'a file where the folder should be');
      const { checkpoints, problems, at } = periodic();
      const member = checkpoints.member(0);
      at(2_000);
      expect(member.isDue).toBe(true);
      await member.write(given(state(1)));
      expect(problems).toEqual([expect.stringMatching(/^A checkpoint could not be written .*ENOTDIR/)]);
      expect(member.last).toBeNull();
      expect(await readFile(join(root, 'checkpoints'), 'utf8')).toContain('a file');
      expect(member.isDue).toBe(false);
    });
  });
});
