import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newOperation } from '@ktrdr/orchestrator';
import { openOperationStore, type OpenOperationStore } from './open-operation-store.js';

const ID = 'op_dummy_1';
const CREATED = {
  operation: newOperation({
    id: ID,
    type: 'dummy',
    metadata: { parameters: {} },
    createdAt: '2026-01-05T10:00:00.000Z',
  }),
  request: null,
  lease: { owner: 'o', ms: 60_000 },
};

/** Node's class of open files. */
interface OpenFile {
  datasync: () => Promise<void>;
}

let folder = '';
let files: OpenFile;
let datasync: OpenFile['datasync'];
let store: OpenOperationStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-log-'));
  const file = await open(folder);
  files = Object.getPrototypeOf(file) as OpenFile;
  ({ datasync } = files);
  await file.close();
  store = await openOperationStore({ stateDir: folder });
});
afterEach(async () => {
  files.datasync = datasync;
  await store.close();
  await rm(folder, { recursive: true });
});

test('a new operation is acknowledged after the disk has it', async () => {
  let release = (): void => {};
  const synced = new Promise<void>((resolve) => (release = resolve));
  let isOnDisk = false;
  files.datasync = async function (this: OpenFile) {
    await synced;
    await datasync.call(this);
    isOnDisk = true;
  };
  let wasOnDisk: boolean | null = null;
  const answered = store.create(CREATED).then(() => (wasOnDisk = isOnDisk));
  // the commit is complete: another process reads it
  const reader = await openOperationStore({ stateDir: folder });
  while ((await reader.get(ID)) === null) await new Promise((resolve) => setImmediate(resolve));
  expect(wasOnDisk).toBe(null);
  release();
  await answered;
  expect(wasOnDisk).toBe(true);
  await reader.close();
});

test('a disk that fails is reported, and the next write succeeds', async () => {
  files.datasync = () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
  await expect(store.create(CREATED)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/ktrdr\.db-wal could not be written to the disk \(EIO\)/),
  });
  files.datasync = datasync;
  const operation = { ...CREATED.operation, operation_id: 'op_dummy_2' };
  expect(await store.create({ ...CREATED, operation })).toMatchObject({ changed: true });
});
