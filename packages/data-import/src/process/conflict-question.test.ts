import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readImport } from '../read-import.js';
import { conflictQuestion } from './conflict-question.js';

const NOW = Date.parse('2026-01-01');
const HEADER = 'timestamp,open,high,low,close,volume';
const BARS = `${HEADER}\n2024-01-02T14:00:00Z,1,2,0.5,1.5,10\n2024-01-02T15:00:00Z,1.5,2.5,1,2,20\n`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conflict-question-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The question about these bars if the stored file has this text. */
async function question(stored: string) {
  await writeFile(join(folder, 'AAPL_1h.csv'), stored);
  const path = join(folder, 'new.csv');
  await writeFile(path, BARS);
  const { bars } = await readImport({ path, name: 'AAPL_1h.csv' }, {}, { now: NOW });
  const file = { folder, path: 'new.csv', name: 'AAPL_1h.csv' };
  const work = { file, choices: {}, dataDir: folder, stateDir: folder, maxBytes: 1_000, now: NOW };
  return conflictQuestion(work, bars);
}

test('equal bars raise no question', async () => {
  expect(await question(BARS)).toBeNull();
});

test('other values are shown with the line of the stored file', async () => {
  expect(await question(BARS.replace('1.5,10', '1.6,10'))).toMatchObject({
    choice: 'on_conflict',
    message: expect.stringMatching(/AAPL_1h\.csv:2: 2024-01-02T14:00:00Z has close 1\.6; new: close 1\.5$/),
    answers: ['keep', 'replace', 'refuse'],
  });
});

test('the question about bars that cannot be mixed with the stored ones says that they would replace the whole file', async () => {
  expect(await question(`# synthetic\n${BARS}`)).toMatchObject({
    message:
      'AAPL_1h.csv has synthetic bars, and the new bars are real. ktrdr does not mix them.\nThe new bars can only replace the whole file.',
    answers: ['replace', 'refuse'],
  });
});
