import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { OperationStarted } from '@ktrdr/contracts';
import { Sandbox, until } from '@ktrdr/service-kit/testing';
import { requires, smallDisks } from '../../tools/requirements.js';
import { SmallDisk } from '../dist/small-disk.js';

const { test } = requires(smallDisks());

test('a service rejects new operations while its disk is full and accepts them when there is space again', async () => {
  const sandbox = await Sandbox.create();
  const disk = (await SmallDisk.open(sandbox, sandbox.path('disk'))) as SmallDisk;
  try {
    const api = await sandbox.startApi('api', { STATE_DIR: join(disk.directory, 'api') }, disk.enter);
    const start = () => api.post<OperationStarted>('/dummy/start', { iterations: 1, duration_seconds: 0.01 });
    expect((await start()).body.success).toBe(true);

    await disk.fill();
    const refused = await until('a refusal', start, ({ body }) => !body.success);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'store_unavailable' } } });
    expect(JSON.stringify(refused.body)).toMatch(/disk is full/);

    await disk.empty();
    expect((await start()).body.success).toBe(true);
  } finally {
    await sandbox.close();
  }
});
