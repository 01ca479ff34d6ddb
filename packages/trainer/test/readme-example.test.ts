import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { train } from '@ktrdr/trainer';
import { trainingRequest, type Workplace, workplace } from './fixtures/training.js';

const ROOT = resolve(import.meta.dirname, '../../..');
// Market data is not ours to copy: this test uses it where it is.
const DATA_DIR = process.env['KTRDR_REAL_BARS'] ?? resolve(ROOT, '../shared/data');

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());

(existsSync(DATA_DIR) ? test : test.skip)(
  "the README's training of one's own bars has enough of them (KTRDR_REAL_BARS)",
  async () => {
    const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8');
    const [, file = '', symbol = '', timeframe = ''] =
      /ktrdr models train (\S+) (EURUSD) (1h)/.exec(readme) ?? [];
    const request = trainingRequest(place, {
      strategyText: readFileSync(resolve(ROOT, file), 'utf8'),
      strategyFile: file,
      symbols: [symbol],
      timeframes: [timeframe],
      dataDir: DATA_DIR,
      dryRun: true,
    });
    const { result, warnings } = await train(request, {
      signal: new AbortController().signal,
      onProgress: () => {},
      clock: { now: () => 0 },
    });
    expect(result.data_summary.validation_samples).toBeGreaterThan(100);
    expect(warnings.join()).not.toContain('say nothing');
  },
);
