import { expect, test } from '@jest/globals';
import { StrategiesService } from './strategies.service.js';

test('a folder that is not there has no strategies', async () => {
  const strategies = new StrategiesService('/nonexistent');
  expect(await strategies.list()).toEqual({ strategies: [] });
  await expect(strategies.read('mine')).rejects.toMatchObject({
    code: 'strategy_not_found',
    message: 'There is no strategy "mine" in /nonexistent. See what there is: ktrdr strategies list',
  });
});

test('a folder that cannot be read is told with the setting that names it', async () => {
  const strategies = new StrategiesService('/dev/null');
  const refusal = {
    code: 'invalid_setting',
    message:
      'The strategies folder /dev/null cannot be read (ENOTDIR). Set STRATEGIES_DIR to one that can, and start the API again.',
  };
  await expect(strategies.list()).rejects.toMatchObject(refusal);
  await expect(strategies.read('mine')).rejects.toMatchObject(refusal);
});
