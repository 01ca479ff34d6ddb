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

  test('minutes of NinjaTrader: asks for the stamps, likely of the close', async () => {
    const producer = PRODUCERS.find(({ name }) => name.startsWith('NinjaTrader: in UTC'))!;
    const stampsOf = async (changed: Partial<Producer>): Promise<unknown> =>
      (await preview({ ...producer, ...changed })).questions.find(({ choice }) => choice === 'stamps');
    const question = {
      choice: 'stamps',
      message:
        'the file does not say whether its times are the open or the close of a bar: line 1 has "20240102 143100"',
      answers: ['close', 'open'],
    };
    expect(await stampsOf({})).toEqual({
      ...question,
      suggestion: 'by its name this is an export of NinjaTrader, whose times are those of the close',
    });
    expect(await stampsOf({ file: 'ES.csv' })).toEqual({
      ...question,
      suggestion: 'with volumes this is likely an export of NinjaTrader, whose times are those of the close',
    });
    const withoutVolume = producer.lines.map((line) => line.replace(/;\d+$/, ';0'));
    expect(await stampsOf({ file: 'ES.csv', lines: withoutVolume })).toBeUndefined();
    const days = producer.lines.map((line, at) => line.replace(/^\d+ \d+/, `2024010${at + 2}`));
    expect(await stampsOf({ lines: days })).toBeUndefined();
    for (const [stamps, first] of [
      ['close', '2024-01-02T14:30:00Z'],
      ['open', '2024-01-02T14:31:00Z'],
    ] as const) {
      const understood = await preview({ ...producer, choices: { timezone: 'UTC', stamps } });
      expect(understood).toMatchObject({ questions: [], bars: [{ first }] });
    }
  });
});
