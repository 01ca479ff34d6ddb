import { describe, expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import { resolveEngine } from './select-engine.js';

const only =
  (...there: EngineName[]) =>
  (engine: EngineName): Promise<string | null> =>
    Promise.resolve(there.includes(engine) ? null : `no ${engine} today`);

describe('resolveEngine', () => {
  test.each(['auto', 'tensorflow'] as const)(
    '%s takes the first that is to be had and says why not the others',
    async (setting) => {
      expect(await resolveEngine(setting, only('tensorflow-wasm', 'tensorflow-js'))).toEqual({
        engine: 'tensorflow-wasm',
        device: 'cpu',
        rejected: [
          { engine: 'tensorflow-gpu', reason: 'no tensorflow-gpu today' },
          { engine: 'tensorflow-node', reason: 'no tensorflow-node today' },
        ],
      });
      expect(await resolveEngine(setting, only('tensorflow-gpu'))).toEqual({
        engine: 'tensorflow-gpu',
        device: 'gpu',
        rejected: [],
      });
    },
  );

  test('a named engine is taken without a look at the others', async () => {
    expect(await resolveEngine('tensorflow-js', only('tensorflow-gpu', 'tensorflow-js'))).toEqual({
      engine: 'tensorflow-js',
      device: 'cpu',
      rejected: [],
    });
  });

  test('a named engine that is not to be had fails with the reason and what to do', async () => {
    await expect(resolveEngine('tensorflow-gpu', only('tensorflow-js'))).rejects.toMatchObject({
      code: 'engine_unavailable',
      message:
        'The training engine tensorflow-gpu is not to be had here: no tensorflow-gpu today. Put that right, or set TRAINING_ENGINE=auto to take the best engine there is.',
      details: { rejected: [{ engine: 'tensorflow-gpu', reason: 'no tensorflow-gpu today' }] },
    });
  });

  test('here, an engine that comes with the trainer is found', async () => {
    const choice = await resolveEngine('auto');
    expect(['tensorflow-gpu', 'tensorflow-node', 'tensorflow-wasm']).toContain(choice.engine);
  });
});
