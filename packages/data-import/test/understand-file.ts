import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type ImportChoices, KtrdrError } from '@ktrdr/contracts';
import { previewImport } from '../src/preview-import.js';
import { readImport } from '../src/read-import.js';

export const CONTEXT = { now: Date.parse('2026-01-01') };

/** What an import understood of a file, in a few words. */
export interface Understood {
  /** `AAPL 1d 2024-01-02..2024-01-03 [open, high, low, close, volume of the last bar]` */
  bars: string[];
  format: string;
  leftOut: string[];
  asks: string[];
  /** Answers to the first question. */
  answers: string[];
  notes: string;
}

/** What an import understands of a file with this content. */
export async function understand(
  content: string | Uint8Array,
  choices: ImportChoices = {},
  name = 'AAPL.csv',
): Promise<Understood> {
  const preview = await withFile(content, (path) => previewImport({ path, name }, choices, CONTEXT));
  return {
    bars: preview.bars.map((bars) => {
      const last = bars.preview.at(-1);
      const values = last === undefined ? [] : [last.open, last.high, last.low, last.close, last.volume];
      return `${bars.symbol} ${bars.timeframe} ${bars.first}..${bars.last} [${values.join(' ')}]`;
    }),
    format: preview.format,
    leftOut: preview.left_out.map(({ line, reason }) => `${line}: ${reason}`),
    asks: preview.questions.map(({ choice, message }) => `${choice}: ${message}`),
    answers: preview.questions[0]?.answers ?? [],
    notes: preview.notes.join('\n'),
  };
}

/** The error of an import of a file with this content. */
export async function refusal(
  content: string | Uint8Array,
  choices: ImportChoices = {},
  name = 'AAPL.csv',
): Promise<KtrdrError> {
  const error = await withFile(content, (path) =>
    readImport({ path, name }, choices, CONTEXT).catch((thrown: unknown) => thrown),
  );
  expect(error).toBeInstanceOf(KtrdrError);
  return error as KtrdrError;
}

/** Uses a file with this content. */
export async function withFile<T>(
  content: string | Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'imported-'));
  const path = join(folder, 'file');
  await writeFile(path, content);
  try {
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
