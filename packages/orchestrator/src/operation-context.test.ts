import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { currentOperation, runInOperation, type OperationContext } from './operation-context.js';

const contextOf = (operationId: string) => ({ operationId }) as OperationContext;

async function seen(turns: number): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for (let count = 0; count < turns; count += 1) {
    await turn();
    ids.push(currentOperation()?.operationId);
  }
  return ids;
}

test('each operation is the current one in its own work, also after another one has ended', async () => {
  const work = [1, 3, 5].map((turns) => runInOperation(contextOf(`op_${turns}`), () => seen(turns)));
  expect(await Promise.all(work)).toEqual([1, 3, 5].map((turns) => Array(turns).fill(`op_${turns}`)));
  expect(currentOperation()).toBeUndefined();
});

test('after all have ended, and after one has failed, the next one is current again', async () => {
  const failed = runInOperation(contextOf('op_failed'), async () => {
    await turn();
    throw new Error('no bars');
  });
  await expect(failed).rejects.toThrow('no bars');
  expect(await runInOperation(contextOf('op_next'), () => seen(2))).toEqual(['op_next', 'op_next']);
});
