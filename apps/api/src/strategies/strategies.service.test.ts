import { expect, test } from '@jest/globals';
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
  const strategies = new StrategiesService(folder);
  const refusal = { code: 'invalid_setting', message };
  await expect(strategies.list()).rejects.toMatchObject(refusal);
  await expect(strategies.read('mine')).rejects.toMatchObject(refusal);
});
