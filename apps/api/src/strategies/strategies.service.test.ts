import { expect, test } from '@jest/globals';
import { StrategiesService } from './strategies.service.js';

test.each([
  [
    'is not there',
    '/nonexistent',
    'There is no strategies folder /nonexistent. Make it, or set STRATEGIES_DIR to another one and start the API again.',
  ],
  [
    'cannot be read',
    '/dev/null',
    'The strategies folder /dev/null cannot be read (ENOTDIR). Set STRATEGIES_DIR to one that can, and start the API again.',
  ],
])('a folder that %s is told with the setting that names it', async (_what, folder, message) => {
  const strategies = new StrategiesService(folder);
  const refusal = { code: 'invalid_setting', message };
  await expect(strategies.list()).rejects.toMatchObject(refusal);
  await expect(strategies.read('mine')).rejects.toMatchObject(refusal);
});
