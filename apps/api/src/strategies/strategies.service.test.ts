import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makePipe } from '@ktrdr/files/testing';
import { BackgroundThread } from '@ktrdr/strategy';
import { StrategiesService } from './strategies.service.js';

test.each([
  [
    'is missing',
    '/nonexistent',
    'There is no strategies folder /nonexistent. Create it, or set STRATEGIES_DIR to another folder, and start the API again.',
  ],
  [
    'cannot be read',
    '/dev/null',
    'The strategies folder /dev/null cannot be read (ENOTDIR). Set STRATEGIES_DIR to a readable folder, and start the API again.',
  ],
])('the error for a folder that %s names its setting', async (_what, folder, message) => {
  const strategies = new StrategiesService(
    folder,
    new BackgroundThread({ timeoutMs: 1_000, mostWaiting: 1 }),
  );
  const refusal = { code: 'invalid_setting', message };
  await expect(strategies.list()).rejects.toMatchObject(refusal);
  await expect(strategies.read('mine')).rejects.toMatchObject(refusal);
});

test('a linked strategy file is refused, and the list still has the others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ktrdr-strategies-'));
  await writeFile(join(folder, 'good.yaml'), await readFile('strategies/sp500_daily.yaml'));
  await symlink('/etc/hostname', join(folder, 'linked.yaml'));
  const hasPipe = makePipe(join(folder, 'pipe.yaml'));
  const thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 1 });
  const strategies = new StrategiesService(folder, thread);
  expect((await strategies.list()).strategies.map(({ file, valid }) => [file, valid])).toEqual([
    ['good.yaml', true],
    ['linked.yaml', false],
    ...(hasPipe ? [['pipe.yaml', false]] : []),
  ]);
  await expect(strategies.read('linked')).rejects.toMatchObject({
    code: 'strategy_invalid',
    message: expect.stringContaining('is a symbolic link'),
  });
  await thread.onModuleDestroy();
  await rm(folder, { recursive: true });
});
