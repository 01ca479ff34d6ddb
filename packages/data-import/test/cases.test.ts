import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { ImportChoices } from '@ktrdr/contracts';
import { REAL_BARS, requires } from '../../../tools/requirements.js';
import { previewImport } from '../src/preview-import.js';
import { readImport } from '../src/read-import.js';

/** Files of many sources, and what each means. Not in the repository. */
const CASES = join(REAL_BARS, '../cases/data');

/** What a file means. */
interface Case {
  timeframe?: string;
  symbol?: string;
  rows: number;
  first?: string;
  last_close?: number;
  left_out?: number[];
  /** `timezone (suggest UTC-5 ...)`: the question that the file leaves open. */
  asks?: string;
  /** Choices that answer it. */
  with?: ImportChoices;
  volume?: number | string;
}

const { test: testCase } = requires({
  missing: existsSync(CASES) ? null : 'no files of many sources; they stand beside the real bars',
  isSystemPackage: false,
});
const expected = existsSync(CASES)
  ? (JSON.parse(readFileSync(join(CASES, 'expected.json'), 'utf8')) as Record<string, Case | string>)
  : {};
const cases = Object.entries(expected).filter(
  (entry): entry is [string, Case] => typeof entry[1] !== 'string',
);
const CONTEXT = { now: Date.parse('2026-11-30') };

testCase.each(cases.length === 0 ? [['no file', {} as Case]] : cases)('%s', async (name, wanted) => {
  const file = { path: join(CASES, name), name };
  const asked = wanted.asks?.split(' ')[0];
  const open = await previewImport(file, {}, CONTEXT);
  if (wanted.with === undefined || asked !== undefined)
    expect(open.questions.map(({ choice }) => choice)).toEqual(asked === undefined ? [] : [asked]);
  const choices = wanted.with ?? (asked === 'timezone' ? { timezone: 'UTC' } : {});
  const { understood, bars } = await readImport(file, choices, CONTEXT);
  expect(understood.questions).toEqual([]);
  const [one] = bars;
  expect(understood.left_out.map(({ line }) => line)).toEqual(wanted.left_out ?? []);
  expect(one).toMatchObject({
    length: wanted.rows,
    ...(wanted.timeframe === undefined ? {} : { timeframe: wanted.timeframe }),
    ...(wanted.symbol === undefined ? {} : { symbol: wanted.symbol }),
  });
  if (wanted.first !== undefined)
    expect(understood.bars[0]!.first).toContain(wanted.first.replace(' in the zone given', ''));
  if (wanted.last_close !== undefined) expect(one!.close.at(-1)).toBe(wanted.last_close);
  if (typeof wanted.volume === 'number') expect(one!.volume.at(-1)).toBe(wanted.volume);
});

testCase('the times of a doubled hour follow from their order', async () => {
  const name = 'local-time-fall-back-hourly.csv';
  const file = { path: join(CASES, name), name };
  const { bars } = await readImport(file, { timezone: 'America/Chicago' }, CONTEXT);
  const hours = Array.from(bars[0]!.time, (time) => new Date(time).toISOString().slice(11, 16));
  expect(hours).toEqual(['05:00', '06:00', '07:00', '08:00']);
});
