import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { VerdictLabel } from '@ktrdr/contracts';

/** `npm run bench -- honesty` judges 1,000 random walks; these are the first of a spread-out selection. */
const [WALKS, ENOUGH, FEW] = [30, 5, 5];

test('random walks are no edge; a planted edge is found with enough bars, and too little data with few', async () => {
  const script = join(import.meta.dirname, 'fixtures/judge-markets.mjs');
  // in its own process: numeric loops are much slower inside jest
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    ...[WALKS, ENOUGH, FEW].map(String),
  ]);
  const [walks, enough, few] = JSON.parse(stdout) as VerdictLabel[][];
  const count = (labels: VerdictLabel[], label: VerdictLabel): number =>
    labels.filter((one) => one === label).length;
  expect([walks!.length, enough!.length, few!.length]).toEqual([WALKS, ENOUGH, FEW]);
  // at a chance of 5 % each, five or more of 30 have a chance of 2 %
  expect(count(walks!, 'edge')).toBeLessThanOrEqual(4);
  expect(count(enough!, 'edge')).toBeGreaterThanOrEqual(4);
  expect(count(few!, 'too_little_data')).toBeGreaterThanOrEqual(4);
});
