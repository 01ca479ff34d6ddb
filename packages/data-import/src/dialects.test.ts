import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { propertyRuns } from '@ktrdr/contracts/testing';
import type { ImportChoices } from '@ktrdr/contracts';
import fc from 'fast-check';
import { type ReadImport, readImport } from './read-import.js';
import { READ_AT, randomFiles, type RandomFile } from './testing/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(file: RandomFile, choices: ImportChoices): Promise<ReadImport> {
  const path = join(folder, 'file');
  await writeFile(path, file.bytes);
  return readImport({ path, name: file.name }, choices, { now: READ_AT });
}

/** Bars by symbol, one object each. */
function barsOf({ bars }: ReadImport): Record<string, unknown> {
  return Object.fromEntries(
    bars.map(({ symbol, time, open, high, low, close, volume }) => [
      symbol,
      Array.from(time, (at, row) => ({
        time: at,
        open: open[row],
        high: high[row],
        low: low[row],
        close: close[row],
        volume: volume[row],
      })),
    ]),
  );
}

test('random bars in any dialect are read back, or exactly the question that the file leaves open is asked', async () => {
  await fc.assert(
    fc.asyncProperty(randomFiles, async (file) => {
      const { asks, mayAsk, answers } = file;
      let found = await read(file, {});
      const asked = found.understood.questions.map(({ choice }) => choice);
      const allowed: string[] = [...asks, ...mayAsk];
      expect(asked.filter((choice) => !allowed.includes(choice))).toEqual([]);
      expect(asks.filter((choice) => !asked.includes(choice))).toEqual([]);
      if (asked.length > 0) {
        expect(found.bars).toEqual([]);
        found = await read(file, answers);
      }
      expect(found.understood).toMatchObject({ questions: [], left_out_rows: file.placeholders });
      expect(new Set(found.bars.map(({ timeframe }) => timeframe))).toEqual(new Set([file.timeframe]));
      expect(barsOf(found)).toEqual(file.bars);
    }),
    { numRuns: propertyRuns() },
  );
});
