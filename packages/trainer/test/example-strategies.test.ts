import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Timeframe } from '@ktrdr/contracts';
import { parseStrategy } from '@ktrdr/strategy';
import { train } from '@ktrdr/trainer';
import { trainingRequest, type Workplace, workplace, writeBars } from './fixtures/training.js';

const FOLDER = resolve(import.meta.dirname, '../../../strategies');
/** Enough for every example: its history, and rows in each part. */
const BARS: Partial<Record<Timeframe, number>> = { '1m': 6_000, '1h': 6_000, '1d': 1_500 };

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());

test.each(readdirSync(FOLDER))('%s trains', async (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8').replace(/epochs: \d+/, 'epochs: 2');
  const { strategy } = parseStrategy(text, { file });
  for (const symbol of strategy.symbols) {
    for (const timeframe of strategy.timeframes) {
      expect(BARS).toHaveProperty(timeframe);
      await writeBars(place.dataDir, symbol, timeframe, BARS[timeframe]!);
    }
  }
  const outputDir = join(place.outputDir, strategy.name);
  await mkdir(outputDir);
  const request = trainingRequest(place, { strategy: text, strategy_file: file, outputDir });
  const { result } = await train(request, {
    signal: new AbortController().signal,
    onProgress: () => {},
    clock: { now: () => Date.now() },
  });
  expect(result.training_metrics).toMatchObject({ epochs_trained: 2 });
  const regression = strategy.decisions.outputFormat === 'regression';
  expect(result.test_metrics?.mae ?? null).toEqual(regression ? expect.any(Number) : null);
  const { train_samples, validation_samples, test_samples } = result.data_summary;
  expect(Math.min(train_samples, validation_samples, test_samples)).toBeGreaterThan(20);
  expect(readdirSync(join(outputDir, 'model'))).toContain('model.onnx');
});
