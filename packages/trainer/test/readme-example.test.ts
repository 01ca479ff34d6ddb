import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { train } from '@ktrdr/trainer';
import { REAL_BARS, realBars, requires } from '../../../tools/requirements.js';
import { trainingRequest, type Workplace, workplace } from './fixtures/training.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const { test } = requires(realBars());

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());

test("the README's example with your own bars has enough bars to train", async () => {
  const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8');
  const [, file = '', symbol = '', timeframe = ''] =
    /ktrdr models train (\S+) (EURUSD) (1h)/.exec(readme) ?? [];
  const request = trainingRequest(place, {
    strategy: readFileSync(resolve(ROOT, file), 'utf8'),
    strategy_file: file,
    symbols: [symbol],
    timeframes: [timeframe],
    dataDir: REAL_BARS,
    dry_run: true,
  });
  const { result, warnings } = await train(request, {
    signal: new AbortController().signal,
    onProgress: () => {},
    clock: { now: () => 0 },
  });
  expect(result.data_summary.validation_samples).toBeGreaterThan(100);
  expect(warnings.join()).not.toContain('say nothing');
});
