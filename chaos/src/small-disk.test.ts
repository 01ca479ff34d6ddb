import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import type { OperationStarted } from '@ktrdr/contracts';
import { Sandbox, until } from '@ktrdr/service-kit/testing';
import { SmallDisk } from '../dist/small-disk.js';

const mountable = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const testWithDisks = mountable ? test : test.skip;

jest.setTimeout(120_000);

testWithDisks(
  'a service on a full disk refuses to begin anything, and begins again when there is room',
  async () => {
    const sandbox = await Sandbox.create();
    const disk = (await SmallDisk.open(sandbox, sandbox.path('disk'))) as SmallDisk;
    try {
      const api = await sandbox.startApi('api', { STATE_DIR: join(disk.directory, 'api') }, disk.enter);
      const start = () =>
        api.post<OperationStarted>('/dummy/start', { iterations: 1, duration_seconds: 0.01 });
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
  },
);
