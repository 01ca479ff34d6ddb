import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePipe } from '@ktrdr/files/testing';
import { checkData } from './check-data.js';

const DAY = 86_400_000;
let dataDir: string;

/** Bars on every day, or on every second hour, from 2022-01-01 on. */
function csv(count: number, step: number, price: (bar: number) => number): string {
  const rows = Array.from({ length: count }, (_, bar) => {
    const time = new Date(Date.UTC(2022, 0, 1) + bar * step).toISOString();
    const close = price(bar) * (1 + 0.01 * Math.sin(bar * 1.7));
    return `${time},${price(bar)},${close * 1.02},${close * 0.98},${close},${100 + (bar % 50)}`;
  });
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n');
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-check-data-'));
  const files = {
    AAA_1d: csv(300, DAY, () => 50),
    AAA_4h: csv(300, DAY, () => 50),
    BBB_1h: csv(24 * 60, DAY / 24, () => 20),
    BBB_1d: csv(40, DAY, () => 20),
    CCC_1d: csv(300, DAY, (bar) => (bar < 150 ? 90 : 30)),
    DDD_1d: 'nonsense',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dataDir, `${name}.csv`), text);
});

afterAll(() => rm(dataDir, { recursive: true }));

test('every file has a report, and the most serious one comes first', async () => {
  const reports = await checkData({ dataDir }, {});
  expect(
    reports.map(({ file, findings }) => [file, findings.map(({ severity, kind }) => `${severity} ${kind}`)]),
  ).toEqual([
    ['AAA_4h.csv', ['error refused']],
    ['DDD_1d.csv', ['error refused']],
    ['CCC_1d.csv', ['warning split']],
    ['BBB_1d.csv', ['warning stale']],
    ['AAA_1d.csv', []],
    ['BBB_1h.csv', []],
  ]);
  expect(reports[0]).toMatchObject({
    bars: 0,
    start: null,
    findings: [{ message: expect.stringContaining('AAA_4h.csv:301: nearly all bars are 1d or more apart') }],
  });
});

test('one file is compared with the others of its symbol', async () => {
  expect(await checkData({ dataDir }, { symbol: 'BBB', timeframe: '1d' })).toMatchObject([
    { file: 'BBB_1d.csv', findings: [{ kind: 'stale' }] },
  ]);
  expect(await checkData({ dataDir }, { symbol: 'AAA' })).toHaveLength(2);
  expect(await checkData({ dataDir }, { timeframe: '1h' })).toHaveLength(1);
});

test('names that fit no file', async () => {
  await expect(checkData({ dataDir }, { symbol: 'aaa' })).rejects.toMatchObject({
    code: 'bars_not_found',
    message: expect.stringMatching(
      /^There are no bars of aaa in \S+\. Did you mean AAA\? Symbols with bars: AAA, BBB, CCC, DDD\. /,
    ),
  });
  await expect(checkData({ dataDir }, { symbol: 'AAA', timeframe: '1h' })).rejects.toMatchObject({
    code: 'bars_not_found',
    message: expect.stringContaining('AAA 4h'),
  });
  await expect(checkData({ dataDir }, { symbol: '../AAA' })).rejects.toMatchObject({ code: 'invalid_name' });
  await expect(checkData({ dataDir }, { timeframe: '2h' })).rejects.toMatchObject({ code: 'invalid_name' });
  await expect(checkData({ dataDir: join(dataDir, 'nowhere') }, {})).rejects.toMatchObject({
    code: 'folder_missing',
  });
});

test('links and pipes are reported and not opened; the other files are read as before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ktrdr-check-data-'));
  await writeFile(
    join(folder, 'AAA_1d.csv'),
    csv(300, DAY, () => 50),
  );
  await symlink('/etc/passwd', join(folder, 'LINK_1d.csv'));
  await symlink(join(folder, 'AAA_1d.csv'), join(folder, 'INSIDE_1d.csv'));
  await symlink(folder, join(folder, 'linked'));
  const hasPipe = makePipe(join(folder, 'PIPE_1d.csv'));
  const refused = Object.fromEntries(
    (await checkData({ dataDir: join(folder, 'linked') }, {}))
      .filter(({ bars }) => bars === 0)
      .map(({ file, findings }) => [file, findings[0]!.message]),
  );
  const link = expect.stringContaining(
    'is a symbolic link: copy the file itself there, or set DATA_DIR to the folder that holds it.',
  );
  expect(refused).toEqual({
    'INSIDE_1d.csv': link,
    'LINK_1d.csv': link,
    ...(hasPipe ? { 'PIPE_1d.csv': expect.stringContaining('is a pipe, not a file.') } : {}),
  });
  await rm(folder, { recursive: true });
});
