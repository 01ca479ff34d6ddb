import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ImportPreview } from '@ktrdr/contracts';
import { previewImport } from '../src/preview-import.js';
import { type Producer, PRODUCERS } from './producers.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'producers-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function preview({
  file,
  lines,
  choices = {},
}: Pick<Producer, 'file' | 'lines' | 'choices'>): Promise<ImportPreview> {
  const path = join(folder, 'file');
  await writeFile(path, `${lines.join('\r\n')}\r\n`);
  return previewImport({ path, name: file }, choices, { now: Date.parse('2026-01-01') });
}

describe('files of known sources', () => {
  test.each(PRODUCERS.map((producer) => [producer.name, producer] as const))('%s', async (_, producer) => {
    const understood = await preview(producer);
    const [bars] = understood.bars;
    const last = bars!.preview.at(-1);
    expect({
      symbol: bars!.symbol,
      timeframe: bars!.timeframe,
      rows: bars!.rows,
      first: bars!.first,
      last: bars!.last,
      lastBar: last === undefined ? undefined : [last.open, last.high, last.low, last.close, last.volume],
      leftOut: understood.left_out.map(({ line }) => line),
      asks: understood.questions.map(({ choice }) => choice),
    }).toEqual({
      symbol: producer.symbol,
      timeframe: producer.timeframe,
      rows: producer.rows,
      first: producer.first,
      last: producer.last,
      lastBar: producer.lastBar,
      leftOut: producer.leftOut ?? [],
      asks: producer.asks ?? [],
    });
    expect(understood.notes.join('\n')).toContain(producer.note ?? '');
  });

  test('a choice of stamps answers the note of NinjaTrader', async () => {
    const producer = PRODUCERS.find(({ name }) => name.startsWith('NinjaTrader: in UTC'))!;
    const understood = await preview({ ...producer, choices: { timezone: 'UTC', stamps: 'close' } });
    expect(understood.bars[0]!.first).toBe('2024-01-02T14:30:00Z');
    expect(understood.notes.join('\n')).not.toContain('NinjaTrader');
  });
});
