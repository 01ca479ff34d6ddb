import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ImportPreview, ImportQuestion } from '@ktrdr/contracts';
import { runCommandLine } from '../src/program.js';
import { eventually, type TestContext, testContext } from './test-context.js';
import { operation, WireServer } from './wire-server.js';

/** `ktrdr data import`: its words, its questions, and what it leaves behind. */
let folder: string;
let server: WireServer;
let context: TestContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-import-'));
  for (const name of ['a.csv', 'b.csv', 'notes.md']) await writeFile(join(folder, name), 'time,close\n');
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
  server.answers.set('POST /data/uploads', ({ query }) => ({
    data: { upload_id: 'up_1234', file: query.file },
  }));
  server.answers.set('DELETE /data/uploads/up_1234', () => ({ data: null }));
  server.answers.set('POST /data/imports/preview', () => ({ data: preview([]) }));
  server.answers.set('POST /data/imports/start', () => ({
    data: { operation_id: 'op_1', status: 'started', message: 'started' },
  }));
  server.set(
    operation({
      operation_id: 'op_1',
      operation_type: 'import',
      status: 'completed',
      result: { stored: [] },
    }),
  );
});
afterEach(() => server.close());

const ZONE: ImportQuestion = {
  choice: 'timezone',
  message: 'the times have no zone',
  answers: ['-05:00'],
  suggestion: 'its source documents it',
};
const ORDER: ImportQuestion = {
  choice: 'date_format',
  message: 'day and month could be either',
  answers: ['DD/MM/YYYY', 'MM/DD/YYYY'],
  suggestion: null,
};

function preview(questions: ImportQuestion[]): ImportPreview {
  return {
    file: 'a.csv',
    bytes: 11,
    sha256: 'ab'.repeat(32),
    format: 'CSV, separated by ","',
    columns: { time: 'time', close: 'close' },
    ignored_columns: [],
    date_format: 'YYYY-MM-DD',
    timezone: null,
    stamps: 'open',
    bars: [{ symbol: 'A', timeframe: '1d', rows: 2, first: '2024-01-02', last: '2024-01-03', preview: [] }],
    left_out_rows: 0,
    left_out: [],
    notes: [],
    questions,
  };
}

const run = (...words: string[]) => runCommandLine(context, ['data', 'import', ...words]);
const sent = (path: string) => server.requests.filter((request) => request.path === path);
const bodies = (path: string) => sent(path).map(({ body }) => body);

/** Types lines, each as soon as its prompt is there. */
async function type(...lines: [prompt: RegExp, line: string][]): Promise<void> {
  let seen = 0;
  for (const [prompt, line] of lines) {
    await eventually(String(prompt), () => prompt.test(context.stderr().slice(seen)));
    seen = context.stderr().length;
    context.input.write(`${line}\n`);
  }
}

test('--resample makes coarser bars of what was stored, in the zone of the import', async () => {
  const stored = { symbol: 'A', timeframe: '1d', file: 'A_1d.csv', rows: 2, added: 2, replaced: 0 };
  const times = { sha256: 'ab'.repeat(32), first: '2024-01-02', last: '2024-01-03', unchanged: 0 };
  server.set(
    operation({
      operation_id: 'op_1',
      operation_type: 'import',
      status: 'completed',
      result: { stored: [{ ...stored, ...times }] },
    }),
  );
  server.answers.set('POST /data/resample', () => ({
    data: { stored: [{ ...stored, ...times, timeframe: '1w', file: 'A_1w.csv', left_out: 1 }] },
  }));
  const file = join(folder, 'a.csv');
  expect(await run(file, '--yes', '--timezone', 'Europe/Berlin', '--resample', '1w')).toBe(0);
  expect(bodies('/data/resample')).toEqual([
    { symbol: 'A', timeframe: '1d', to: ['1w'], timezone: 'Europe/Berlin' },
  ]);
  expect(context.stdout()).toMatch(/A_1w\.csv[^]*the last bar is incomplete/);

  const message = 'A_1d.csv:3: the bar crosses the end of its coarser bar.';
  server.answers.set('POST /data/resample', () => ({
    status: 422,
    error: { code: 'bars_invalid', message },
  }));
  await expect(run(file, '--yes', '--resample', '1w')).rejects.toThrow(message);
  expect(context.stderr()).toContain('A_1d.csv is imported, but no coarser bars were made of it:\n');

  await expect(run(file, '--yes', '--resample', '1w,2h')).rejects.toThrow(
    '2h is not a timeframe: choose one of',
  );
  expect(sent('/data/imports/start')).toHaveLength(2);
});

describe('in a terminal', () => {
  beforeEach(() => {
    context.input.isTTY = true;
  });

  test('each open question is asked, its answer is checked by a new preview, and the import needs a yes', async () => {
    server.answers.set('POST /data/imports/preview', ({ body }) => {
      const { timezone, date_format: format } = body as Record<string, string | undefined>;
      if (timezone === undefined) return { data: preview([ZONE, ORDER]) };
      if (timezone === 'Mars')
        return { status: 400, error: { code: 'invalid_request', message: 'Mars is no zone.' } };
      if (timezone === 'Venus')
        return { data: preview([{ ...ZONE, message: 'Venus is no zone', answers: [], suggestion: null }]) };
      return { data: preview(format === undefined ? [ORDER] : []) };
    });
    const done = run(join(folder, 'a.csv'), 'A');
    await type(
      [/timezone \[-05:00\]: $/, 'Mars'],
      [/Mars is no zone\.[^]*timezone \[-05:00\]: $/, 'Venus'],
      // an answer that leaves its question open is not offered again
      [/Venus is no zone\n  For example America\/New_York[^]*timezone: $/, '-05:00'],
      [/1 {2}DD\/MM\/YYYY\n +2 {2}MM\/DD\/YYYY\n[^]*date format: $/, '2'],
      [/Import 2 bars of A 1d\? \[Y\/n\] $/, ''],
    );
    expect(await done).toBe(0);
    expect(bodies('/data/imports/start')).toEqual([
      { upload_id: 'up_1234', symbol: 'A', timezone: '-05:00', date_format: 'MM/DD/YYYY' },
    ]);
    // the API removes what it has imported
    expect(sent('/data/uploads/up_1234')).toEqual([]);
  });

  test('names that cannot be symbols are renamed, besides those of the option', async () => {
    const names: ImportQuestion = {
      choice: 'symbol_map',
      message: 'The file has names that cannot be symbols: "BRK B"',
      answers: [],
      suggestion: null,
    };
    server.answers.set('POST /data/imports/preview', ({ body }) => {
      const { symbol_map: map } = body as { symbol_map?: Record<string, string> };
      return { data: preview(map?.['BRK B'] === undefined ? [names] : []) };
    });
    const done = run(join(folder, 'a.csv'), '--symbol-map', 'X=Y');
    await type(
      [/symbol map: $/, 'BRK.B'],
      [/must be name=value[^]*symbol map: $/, 'BRK B=BRK.B'],
      [/\[Y\/n\] $/, ''],
    );
    expect(await done).toBe(0);
    expect(bodies('/data/imports/start')).toMatchObject([{ symbol_map: { X: 'Y', 'BRK B': 'BRK.B' } }]);
  });

  test('a no imports nothing and removes the upload: exit 130', async () => {
    const done = run(join(folder, 'a.csv'));
    await type([/\[Y\/n\] $/, 'n']);
    expect(await done).toBe(130);
    expect(context.stderr()).toMatch(/Nothing was imported\. Options .*: ktrdr data import --help\n$/);
    expect(sent('/data/imports/start')).toEqual([]);
    expect(sent('/data/uploads/up_1234')).toMatchObject([{ method: 'DELETE' }]);
  });

  test('a line typed before its question is no answer', async () => {
    server.answers.set('POST /data/imports/preview', () => {
      context.input.write('y\n');
      return { data: preview([]) };
    });
    const done = run(join(folder, 'a.csv'));
    await type([/\[Y\/n\] $/, 'n']);
    expect(await done).toBe(130);
    expect(sent('/data/imports/start')).toEqual([]);
  });

  test('Ctrl+C at a question does the same', async () => {
    const done = run(join(folder, 'a.csv'));
    await eventually('the question', () => context.stderr().endsWith('[Y/n] '));
    context.signals.emit('SIGINT');
    expect(await done).toBe(130);
    expect(sent('/data/imports/start')).toEqual([]);
    expect(sent('/data/uploads/up_1234')).toMatchObject([{ method: 'DELETE' }]);
  });

  test('the answer for one file is suggested for the next one', async () => {
    server.answers.set('POST /data/imports/preview', ({ body }) => {
      const { timezone } = body as { timezone?: string };
      return { data: preview(timezone === undefined ? [{ ...ZONE, answers: [], suggestion: null }] : []) };
    });
    const done = run(folder);
    await type(
      [/timezone: $/, 'Europe/Berlin'],
      [/\[Y\/n\] $/, 'y'],
      [/timezone \[Europe\/Berlin\]: $/, ''],
      [/\[Y\/n\] $/, 'y'],
    );
    expect(await done).toBe(0);
    expect(bodies('/data/imports/start')).toMatchObject([
      { timezone: 'Europe/Berlin' },
      { timezone: 'Europe/Berlin' },
    ]);
    // only the files that an import takes
    expect(sent('/data/uploads').map(({ query }) => query.file)).toEqual(['a.csv', 'b.csv']);
    expect(context.stdout()).toContain('2 of 2 files imported.');
  });
});

describe('without a terminal', () => {
  test('--yes does not answer what is open: exit 2, and a line with its option', async () => {
    server.answers.set('POST /data/imports/preview', () => ({ data: preview([ZONE, ORDER]) }));
    expect(await run(join(folder, 'a.csv'), '--yes')).toBe(2);
    expect(context.stderr()).toBe(
      'a.csv is not imported, because it leaves questions open. Answer each with its option:\n' +
        '  --timezone: the times have no zone\n' +
        '      --timezone -05:00   (likely, because its source documents it)\n' +
        '  --date-format: day and month could be either\n' +
        '      --date-format DD/MM/YYYY\n' +
        '      --date-format MM/DD/YYYY\n',
    );
    expect(sent('/data/uploads/up_1234')).toMatchObject([{ method: 'DELETE' }]);
  });

  test('the nearest time zone is suggested for a misspelt one', async () => {
    const wrong = { ...ZONE, message: '"Europe/Belin" is not a time zone', answers: [], suggestion: null };
    server.answers.set('POST /data/imports/preview', () => ({ data: preview([wrong]) }));
    expect(await run(join(folder, 'a.csv'), '--yes', '--timezone', 'Europe/Belin')).toBe(2);
    expect(context.stderr()).toContain(
      '\n      --timezone Europe/Berlin   (likely, because it is the most similar name)\n',
    );
  });

  test('a refused file among several is named once, by its path', async () => {
    server.answers.set('POST /data/imports/preview', () => ({
      status: 422,
      error: { code: 'import_invalid', message: 'a.csv: line 1: it has no prices' },
    }));
    expect(await run(folder, '--yes')).toBe(2);
    const files = ['a.csv', 'b.csv'].map((name) => join(folder, name));
    expect(context.stderr()).toBe(
      `${files[0]}: line 1: it has no prices\n${files[1]}: a.csv: line 1: it has no prices\n`,
    );
  });

  test('--json shows what the files mean, and imports nothing without --yes', async () => {
    expect(await run(join(folder, 'a.csv'), '--json')).toBe(2);
    expect(JSON.parse(context.stdout())).toMatchObject({ previews: [{ file: 'a.csv', questions: [] }] });
    expect(sent('/data/imports/start')).toEqual([]);
  });

  test('every option is sent, and --save-profile keeps those that do not concern the bars', async () => {
    server.answers.set('PUT /data/profiles/mine', () => ({ data: { name: 'mine', choices: {} } }));
    const options = [
      '--columns',
      'time=1,close=Last Price',
      '--symbol-map',
      'A=B,EURUSD=C',
      '--adjust',
      'ratio',
    ];
    const rows = ['--only', 'currency=USD,venue=*', '--price-scale', '1e4'];
    const more = [
      ...rows,
      '--stamps',
      'close',
      '--decimal',
      ',',
      '--bad-rows',
      'drop',
      '--on-conflict',
      'keep',
    ];
    expect(
      await run('a.csv', 'X', '1h', '--server-path', ...options, ...more, '--save-profile', 'mine', '--yes'),
    ).toBe(0);
    const choices = {
      columns: { time: '1', close: 'Last Price' },
      symbol_map: { A: 'B', EURUSD: 'C' },
      only: { currency: 'USD', venue: '*' },
      price_scale: '1e4',
      adjust: 'ratio',
      stamps: 'close',
      decimal: ',',
      bad_rows: 'drop',
      timeframe: '1h',
    };
    expect(bodies('/data/imports/start')).toEqual([
      { path: 'a.csv', symbol: 'X', on_conflict: 'keep', ...choices },
    ]);
    expect(bodies('/data/profiles/mine')).toEqual([choices]);
    expect(sent('/data/uploads')).toEqual([]);
  });

  test.each([
    [['a.csv', 'b.csv', 'X'], /X cannot be the symbol of 2 files/],
    [['aa.csv'], /Did you mean .*a\.csv\?/],
    // the path is absolute
    [['nosuch.csv'], /There is no file .*nosuch\.csv\.$/],
    [['*.parquet'], /No file matches .*\*\.parquet/],
    [['a.csv', 'X', '--symbol', 'Y'], /--symbol Y differs from the word X/],
  ])('%j is refused before anything is sent', async (words, reason) => {
    const paths = words.map((word) => (/\.(csv|parquet)$/.test(word) ? join(folder, word) : word));
    await expect(run(...paths, '--yes')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(reason),
    });
    expect(server.requests).toEqual([]);
  });

  test.each([
    [['--columns', 'clothes=1'], "'clothes' is not one of time, date"],
    [['--columns', 'time'], 'It must be name=value'],
    [['--symbol-map', 'EURUSD=X=EUR'], 'Write name->value'],
    [['--only', 'currency'], 'It must be name=value'],
    [['--price-scale', '0'], "'0' is not a number above 0"],
    [['--adjust', 'up'], 'Allowed choices are none, close, ratio'],
  ])('%j is not an option: exit 2', async (options, reason) => {
    expect(await run(join(folder, 'a.csv'), ...options)).toBe(2);
    expect(context.stderr()).toContain(reason);
  });
});
