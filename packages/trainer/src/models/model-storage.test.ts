import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sha256 } from '../files/checksum.js';
import { ModelStorage } from './model-storage.js';
import { checksumsOf, modelFilesOf } from '../testing/model-files.js';
import { metadataOf } from '../testing/model-metadata.js';

const MODEL = { strategy: 'momentum', timeframe: '1h' } as const;
let modelsDir: string;
let count = 0;

beforeEach(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'ktrdr-models-'));
});
afterEach(async () => {
  await rm(modelsDir, { recursive: true, force: true });
});

function operationId(): string {
  count += 1;
  return `op_training_20240101T000000_test${count}`;
}

/** A staged model as a run leaves it. */
async function stageModel(
  storage: ModelStorage,
  createdAt = '2024-01-01T00:00:00.000Z',
  operation = operationId(),
): Promise<string> {
  const directory = await storage.stage(operation);
  await mkdir(join(directory, 'model'));
  const files = modelFilesOf();
  for (const [file, content] of Object.entries(files))
    await writeFile(join(directory, 'model', file), content);
  const checksums = checksumsOf(files);
  await writeFile(
    join(directory, 'model', 'metadata.json'),
    JSON.stringify(metadataOf({ operation_id: operation, created_at: createdAt, checksums })),
  );
  return directory;
}

describe('commit', () => {
  test('stores the model under the next number and removes the staging folder', async () => {
    const storage = new ModelStorage(modelsDir);
    const first = await storage.commit(await stageModel(storage), MODEL);
    const second = await storage.commit(await stageModel(storage), MODEL);
    expect(first).toEqual({
      model: 'momentum/1h_v1',
      path: join(modelsDir, 'momentum', '1h_v1'),
    });
    expect(second.model).toBe('momentum/1h_v2');
    expect(await readdir(join(modelsDir, '.staging'))).toEqual([]);
    expect(JSON.parse(await readFile(join(second.path, 'metadata.json'), 'utf8'))).toMatchObject({
      model: 'momentum/1h_v2',
      version: '1h_v2',
    });
  });

  test('an operation that was interrupted after its commit has one stored model', async () => {
    const storage = new ModelStorage(modelsDir);
    const first = await storage.commit(
      await stageModel(storage, undefined, 'op_training_20240101T000000_once'),
      MODEL,
    );
    const again = await storage.commit(
      await stageModel(storage, undefined, 'op_training_20240101T000000_once'),
      MODEL,
    );
    expect(again).toEqual(first);
    expect(await readdir(join(modelsDir, 'momentum'))).toEqual(['1h_v1']);
    expect(await readdir(join(modelsDir, '.staging'))).toEqual([]);
  });

  test('a model that names another operation is not stored, and not taken for a model of that operation', async () => {
    const storage = new ModelStorage(modelsDir);
    const other = 'op_training_20240101T000000_other';
    await storage.commit(await stageModel(storage, undefined, other), MODEL);
    const staged = await stageModel(storage);
    const file = join(staged, 'model', 'metadata.json');
    const metadata = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...metadata, operation_id: other }));
    await expect(storage.commit(staged, MODEL)).rejects.toMatchObject({
      code: 'model_damaged',
      message: expect.stringContaining(`names the operation "${other}"`),
    });
    expect(await readdir(join(modelsDir, 'momentum'))).toEqual(['1h_v1']);
  });

  test.each(['\u001b[2J', 'gpu\nBUY', '\u202Ecpu', '\u009b5n'])(
    'the device %j is refused',
    async (device) => {
      const storage = new ModelStorage(modelsDir);
      const staged = await stageModel(storage);
      const file = join(staged, 'model', 'metadata.json');
      const metadata = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...metadata, device }));
      await expect(storage.commit(staged, MODEL)).rejects.toMatchObject({
        code: 'model_damaged',
        message: expect.stringContaining('device'),
      });
    },
  );

  test('a number below the highest one is not used again', async () => {
    const storage = new ModelStorage(modelsDir);
    await mkdir(join(modelsDir, 'momentum', '1h_v9'), { recursive: true });
    await mkdir(join(modelsDir, 'momentum', '4h_v20'), { recursive: true });
    expect((await storage.commit(await stageModel(storage), MODEL)).model).toBe('momentum/1h_v10');
  });

  test('concurrent commits get different numbers', async () => {
    const storages = Array.from({ length: 8 }, () => new ModelStorage(modelsDir));
    const staged = await Promise.all(storages.map((storage) => stageModel(storage)));
    const stored = await Promise.all(storages.map((storage, index) => storage.commit(staged[index]!, MODEL)));
    expect(stored.map(({ model }) => model).toSorted()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `momentum/1h_v${number}`),
    );
  });

  test('refuses files that do not match their checksums', async () => {
    const storage = new ModelStorage(modelsDir);
    const staged = await stageModel(storage);
    await writeFile(join(staged, 'model', 'model.onnx'), 'weightz');
    await expect(storage.commit(staged, MODEL)).rejects.toMatchObject({
      code: 'model_damaged',
      message: expect.stringContaining('model.onnx'),
    });
    expect(await storage.list()).toEqual([]);
    expect(await readdir(join(modelsDir, '.staging'))).toEqual([]);
  });

  test('reports a folder that cannot be written', async () => {
    const storage = new ModelStorage(modelsDir);
    await writeFile(join(modelsDir, 'momentum'), 'a file where the folder should be');
    await expect(storage.commit(await stageModel(storage), MODEL)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('Nothing was stored'),
    });
  });
});

describe('get and list', () => {
  test('newest first, without folders with other names', async () => {
    const storage = new ModelStorage(modelsDir);
    await storage.commit(await stageModel(storage, '2024-01-02T00:00:00.000Z'), MODEL);
    await storage.commit(await stageModel(storage, '2024-01-03T00:00:00.000Z'), MODEL);
    await mkdir(join(modelsDir, 'momentum', 'notes'));
    await mkdir(join(modelsDir, 'my notes'));
    await writeFile(join(modelsDir, 'momentum', '1h_v7'), 'a file where a model would have its folder');
    const models = await storage.list();
    expect(models.map(({ model }) => model)).toEqual(['momentum/1h_v2', 'momentum/1h_v1']);
    expect(models.map(({ damage, problem }) => damage ?? problem)).toEqual([null, null]);
  });

  test('a missing models folder is an error, not an empty list', async () => {
    const storage = new ModelStorage(join(modelsDir, 'nothing'));
    const gone = { code: 'folder_missing', message: expect.stringContaining('MODELS_DIR') };
    await expect(storage.checkFolder()).rejects.toMatchObject(gone);
    await expect(storage.list()).rejects.toMatchObject(gone);
    await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject(gone);
    await expect(storage.delete('momentum', '1h_v1')).rejects.toMatchObject(gone);
  });

  test('reports an unreadable folder instead of an empty list', async () => {
    const file = join(modelsDir, 'file');
    await writeFile(file, '');
    const unreadable = { code: 'storage_failed', message: expect.stringContaining('cannot be read') };
    await expect(new ModelStorage(file).list()).rejects.toMatchObject(unreadable);
    await expect(new ModelStorage(file).get('momentum', '1h_v1')).rejects.toMatchObject(unreadable);
    await expect(new ModelStorage(file).removeStale()).rejects.toMatchObject(unreadable);
    await expect(new ModelStorage(file).stage(operationId())).rejects.toMatchObject({
      code: 'storage_failed',
    });
  });

  test('ignores a file with the name of a strategy', async () => {
    await writeFile(join(modelsDir, 'momentum'), '');
    await expect(new ModelStorage(modelsDir).get('momentum', '1h_v1')).rejects.toMatchObject({
      code: 'model_not_found',
    });
  });

  test('names the damaged file', async () => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    await rm(join(path, 'model.onnx'));
    await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject({
      code: 'model_damaged',
      details: { file: 'model.onnx' },
    });
    await writeFile(join(path, 'metadata.json'), '{"strategy_name": "mom');
    await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject({
      details: { file: 'metadata.json' },
    });
  });

  test.each([
    ['../momentum', '1h_v1', 'invalid_name'],
    ['.staging', '1h_v1', 'invalid_name'],
    ['momentum', '../../etc', 'invalid_name'],
    ['momentum', '1h_v0', 'invalid_name'],
    ['momentum', '1h_v1', 'model_not_found'],
  ])('%s/%s is %s', async (strategy, version, code) => {
    await expect(new ModelStorage(modelsDir).get(strategy, version)).rejects.toMatchObject({ code });
  });
});

describe('a damaged model', () => {
  const write = (file: string, content: string) => (path: string) => writeFile(join(path, file), content);
  const checksums = checksumsOf(modelFilesOf());
  const metadata = (other: object) =>
    write('metadata.json', JSON.stringify({ ...metadataOf({ checksums }), ...other }));
  const replaced = (file: string, replace: (path: string) => unknown) => async (path: string) => {
    await rm(join(path, file));
    await replace(join(path, file));
  };

  const manyKeys = (count: number) => `{${Array.from({ length: count }, (_, key) => `"k${key}":0`).join()}}`;

  const METADATA_DAMAGES: [string, (path: string) => Promise<unknown>, RegExp][] = [
    ['cut off', write('metadata.json', '{"strategy_name": "mom'), /^is not valid JSON: ./],
    ['empty', write('metadata.json', ''), /^is empty$/],
    ['blank', write('metadata.json', ' \n'), /^is empty$/],
    ['missing', replaced('metadata.json', () => {}), /^is missing$/],
    [
      'the only file, and missing',
      (path) => rm(path, { recursive: true }).then(() => mkdir(path)),
      /^is missing$/,
    ],
    ['a folder', replaced('metadata.json', (path) => mkdir(path)), /^is a folder, not a file$/],
    [
      'a pipe',
      replaced('metadata.json', (path) => execFileSync('mkfifo', [path])),
      /^is a pipe, not a file$/,
    ],
    ['a list', write('metadata.json', '[]'), /it is not a JSON object$/],
    ['null', write('metadata.json', 'null'), /it is not a JSON object$/],
    ['of another program', write('metadata.json', '{"name": "x"}'), /"strategy_name" is missing or invalid$/],
    ['without a time', metadata({ created_at: 'yesterday' }), /"created_at" is missing or invalid$/],
    ['with numbers for symbols', metadata({ symbols: [1] }), /"symbols\[0\]" is missing or invalid$/],
    ['without versions', metadata({ versions: null }), /"versions" is missing or invalid$/],
    [
      'with a file of another folder',
      metadata({ checksums: { ...checksums, '../x': 'a' } }),
      /"checksums\[..\/x\]" is missing or invalid$/,
    ],
    [
      'with a file that no model has',
      metadata({ checksums: { ...checksums, 'weights.bin': 'a'.repeat(64) } }),
      /"checksums\[weights.bin\]" is missing or invalid$/,
    ],
    [
      'without one of the files',
      metadata({ checksums: { ...checksums, 'model.onnx': undefined } }),
      /"checksums\[model.onnx\]" is missing or invalid$/,
    ],
    [
      'a link',
      replaced('metadata.json', (path) => symlink('/etc/hostname', path)),
      /^is a symbolic link: copy/,
    ],
    [
      'a device',
      replaced('metadata.json', (path) => symlink('/dev/zero', path)),
      /^is a symbolic link: copy/,
    ],
    [
      'very large',
      (path) => truncate(join(path, 'metadata.json'), 2 ** 40),
      /^has 1099511627776 bytes, and at most/,
    ],
    ['very deep', write('metadata.json', '['.repeat(1e6)), /^is nested more than 32 levels deep$/],
    ['full of keys', write('metadata.json', manyKeys(5e4)), /^holds more than 10000 values$/],
  ];

  test.each(METADATA_DAMAGES)(
    'whose metadata.json is %s is listed, fails to load with the reason, and can be deleted',
    async (_, damage, reason) => {
      const storage = new ModelStorage(modelsDir);
      await storage.commit(await stageModel(storage), MODEL);
      const { path } = await storage.commit(await stageModel(storage), MODEL);
      await damage(path);
      const listed = (await storage.list()).map(({ model, damage: seen }) => ({ model, damage: seen }));
      const expected = { file: 'metadata.json', reason: expect.stringMatching(reason) };
      expect(listed).toEqual([
        { model: 'momentum/1h_v1', damage: null },
        { model: 'momentum/1h_v2', damage: expected },
      ]);
      await expect(storage.get('momentum', '1h_v2')).rejects.toMatchObject({
        code: 'model_damaged',
        details: expected,
      });
      expect((await storage.commit(await stageModel(storage), MODEL)).model).toBe('momentum/1h_v3');
      await storage.delete('momentum', '1h_v2');
      expect((await storage.list()).map(({ model }) => model)).toEqual(['momentum/1h_v1', 'momentum/1h_v3']);
    },
  );

  test('is listed with its metadata if another file is missing', async () => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    await rm(join(path, 'model.onnx'));
    expect(await storage.list()).toEqual([
      expect.objectContaining({
        model: 'momentum/1h_v1',
        test_accuracy: 0.5,
        damage: { file: 'model.onnx', reason: 'is missing' },
        problem: expect.stringContaining('ktrdr models delete momentum/1h_v1'),
      }),
    ]);
  });

  /** Changes a file and updates its checksum, like a program that writes models. */
  const rewritten = async (path: string, file: string, content: string): Promise<void> => {
    await writeFile(join(path, file), content);
    const text = await readFile(join(path, 'metadata.json'), 'utf8');
    const parsed = JSON.parse(text) as { checksums: Record<string, string> };
    parsed.checksums[file] = sha256(content);
    await writeFile(join(path, 'metadata.json'), JSON.stringify(parsed));
  };

  test.each(
    ['features.json', 'metrics.json'].flatMap((file) =>
      [
        ['no json', /valid JSON/],
        ['', /empty/],
        ['[1]', /not a JSON object/],
        ['null', /not a JSON object/],
        ['['.repeat(1000), /nested more than/],
      ].map(([content, reason]) => [file, content as string, reason as RegExp] as const),
    ),
  )('whose %s is %j with a matching checksum is refused with the reason', async (file, content, reason) => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    await rewritten(path, file, content);
    await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject({
      code: 'model_damaged',
      details: { file, reason: expect.stringMatching(reason) },
    });
  });

  test.each([
    ['too many values', `{"history":[${'0,'.repeat(100_000)}0]}`, /^holds more than 100000 values$/],
    ['too many bytes', '{}'.padEnd(2 ** 21 + 1), /^has 2097153 bytes, and at most 2097152/],
  ])(
    'whose metrics.json has %s, which no training writes, is refused with the reason',
    async (_, content, reason) => {
      const storage = new ModelStorage(modelsDir);
      const { path } = await storage.commit(await stageModel(storage), MODEL);
      await rewritten(path, 'metrics.json', content);
      await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject({
        code: 'model_damaged',
        details: { file: 'metrics.json', reason: expect.stringMatching(reason) },
      });
    },
  );

  test.each([
    [
      'features.json',
      'features[1].name',
      { features: [{ name: 'a', normalisation: { method: 'none' } }, {}] },
    ],
    ['features.json', 'features', { features: 'a' }],
    ['features.json', 'feature_count', { feature_count: '2' }],
    [
      'features.json',
      'sample.input[0]',
      { sample: { symbol: 'A', time: 't', input: ['1'], outputs: [], probabilities: null } },
    ],
    ['metrics.json', 'test_metrics.test_accuracy', { test_metrics: { test_accuracy: '0.5' } }],
    ['metrics.json', 'baselines.random', { baselines: { random: 'x' } }],
  ])('whose %s has something else at %s is refused with the place', async (file, place, other) => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    const content = JSON.parse(await readFile(join(path, file), 'utf8')) as object;
    await rewritten(path, file, JSON.stringify({ ...content, ...other }));
    await expect(storage.get('momentum', '1h_v1')).rejects.toMatchObject({
      code: 'model_damaged',
      details: { file, reason: expect.stringContaining(`"${place}`) },
    });
  });

  test('a model deleted during a list is not reported as damaged', async () => {
    const storage = new ModelStorage(modelsDir);
    for (let number = 0; number < 20; number += 1) await storage.commit(await stageModel(storage), MODEL);
    const deleting = (async () => {
      for (let number = 1; number <= 20; number += 1) await storage.delete('momentum', `1h_v${number}`);
    })();
    let lists = 0;
    for (let left = 20; left > 0; lists += 1) {
      const models = await storage.list();
      expect(models.filter(({ damage }) => damage !== null)).toEqual([]);
      left = models.length;
    }
    await deleting;
    expect(lists).toBeGreaterThan(1);
  });
});

test('a staging folder that cannot be removed does not hide the error of the run', async () => {
  const storage = new ModelStorage(modelsDir);
  const staged = await stageModel(storage);
  await rm(modelsDir, { recursive: true });
  await writeFile(modelsDir, 'a file where the folder was');
  await storage.discard(staged);
  await expect(storage.commit(staged, MODEL)).rejects.toMatchObject({ code: 'storage_failed' });
});

describe('delete', () => {
  test('removes the whole model and nothing else; its number is not used again', async () => {
    const storage = new ModelStorage(modelsDir);
    for (let model = 0; model < 3; model += 1) await storage.commit(await stageModel(storage), MODEL);
    await storage.delete('momentum', '1h_v3');
    expect((await storage.list()).map(({ model }) => model)).toEqual(['momentum/1h_v1', 'momentum/1h_v2']);
    await expect(storage.get('momentum', '1h_v3')).rejects.toMatchObject({ code: 'model_not_found' });
    await expect(storage.delete('momentum', '1h_v3')).rejects.toMatchObject({ code: 'model_not_found' });
    expect(await readdir(join(modelsDir, '.deleted'))).toEqual([]);
    expect((await storage.commit(await stageModel(storage), MODEL)).model).toBe('momentum/1h_v4');
  });

  test('removes a damaged model', async () => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    await writeFile(join(path, 'metadata.json'), '{');
    await storage.delete('momentum', '1h_v1');
    expect(await readdir(join(modelsDir, 'momentum'))).toEqual(['1h_v1.deleted']);
  });

  test('the second of two concurrent deletions does not find the model', async () => {
    const storage = new ModelStorage(modelsDir);
    await storage.commit(await stageModel(storage), MODEL);
    const ends = await Promise.allSettled([1, 2].map(() => storage.delete('momentum', '1h_v1')));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'model_not_found' },
    });
  });

  test('a model that cannot be renamed does not change', async () => {
    const storage = new ModelStorage(modelsDir);
    await storage.commit(await stageModel(storage), MODEL);
    await writeFile(join(modelsDir, '.deleted'), 'a file where the folder should be');
    await expect(storage.delete('momentum', '1h_v1')).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('has not changed'),
    });
    expect((await storage.get('momentum', '1h_v1')).summary.model).toBe('momentum/1h_v1');
  });

  test('the next start removes the remaining files of an interrupted deletion', async () => {
    const storage = new ModelStorage(modelsDir);
    const { path } = await storage.commit(await stageModel(storage), MODEL);
    await mkdir(join(modelsDir, '.deleted'));
    await rename(path, join(modelsDir, '.deleted', 'momentum-1h_v1'));
    expect(await storage.list()).toEqual([]);
    await storage.removeStale();
    expect(await readdir(modelsDir)).not.toContain('.deleted');
  });

  test.each([
    ['..', '1h_v1'],
    ['momentum', '..'],
    ['.staging', '1h_v1'],
  ])('takes no name that leads elsewhere: %s/%s', async (strategy, version) => {
    await expect(new ModelStorage(modelsDir).delete(strategy, version)).rejects.toMatchObject({
      code: 'invalid_name',
    });
  });
});

describe('staging', () => {
  test('each attempt of an operation has its own empty folder', async () => {
    const storage = new ModelStorage(modelsDir);
    const id = operationId();
    const first = await storage.stage(id);
    await writeFile(join(first, 'rest'), 'of the first attempt');
    const second = await storage.stage(id);
    expect(await readdir(second)).toEqual([]);
    await storage.discard(second);
    expect(await readdir(first)).toEqual(['rest']);
  });

  test('refuses names that point outside the folder', async () => {
    await expect(new ModelStorage(modelsDir).stage('../../x')).rejects.toMatchObject({
      code: 'invalid_name',
    });
  });

  test('removes folders of ended processes and keeps those of running ones', async () => {
    const storage = new ModelStorage(modelsDir);
    const earlier = new ModelStorage(modelsDir);
    const stage = async (by: ModelStorage): Promise<string> => basename(await by.stage(operationId()));
    const [gone, other, noteless] = [await stage(earlier), await stage(earlier), await stage(earlier)];
    const note = async (name: string, pid: number): Promise<void> => {
      const path = join(modelsDir, '.staging', `${name}.owner.json`);
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), pid }));
    };
    await note(gone, 2 ** 22 + 1);
    await note(other, process.ppid);
    await rm(join(modelsDir, '.staging', `${noteless}.owner.json`));
    const own = await stage(storage);
    expect((await storage.removeStale()).toSorted()).toEqual([gone, noteless].toSorted());
    expect(
      (await readdir(join(modelsDir, '.staging'))).filter((name) => !name.endsWith('.json')).toSorted(),
    ).toEqual([other, own].toSorted());
  });
});
