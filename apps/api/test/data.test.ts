import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  BarsDetails,
  BarsList,
  ImportPreview,
  ImportResult,
  Operation,
  OperationStarted,
  ProfileList,
  ResampledBars,
  UploadedFile,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { dataOf, request, Sandbox, until, type Answer, type TestService } from '@ktrdr/service-kit/testing';

/** Bars over HTTP: uploads, previews, imports and what comes after them, against a real API. */
let sandbox: Sandbox;
let api: TestService;
let settings: Record<string, string>;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await mkdir(sandbox.path('in'));
  settings = {
    IMPORT_DIR: sandbox.path('in'),
    IMPORT_MAX_FILE_MB: '1',
    PORT: String(await freePort()),
    // a busy machine must not lose an operation that it runs
    LEASE_MS: '5000',
  };
  api = await sandbox.startApi('api', settings);
});

afterAll(() => sandbox.close());

const HEADER = 'Date,Open,High,Low,Close,Volume\n';

/** Daily bars of January 2024 from one day to another, whose prices follow from the day. */
function days(from: number, to: number, shift = 0): string {
  const lines = Array.from({ length: to - from + 1 }, (_, index) => {
    const day = from + index;
    const price = 100 + day + shift;
    return `2024-01-${String(day).padStart(2, '0')},${price},${price + 2},${price - 1},${price + 1},${day}00\n`;
  });
  return HEADER + lines.join('');
}

async function send(file: string, content: string | Uint8Array): Promise<Answer<UploadedFile>> {
  const url = `${api.url}/data/uploads?file=${encodeURIComponent(file)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(content) });
  return { status: response.status, body: await response.json() } as Answer<UploadedFile>;
}

async function upload(file: string, content: string | Uint8Array): Promise<string> {
  return dataOf(await send(file, content)).upload_id;
}

function codeOf({ body }: Answer<unknown>): string | undefined {
  return (body as { error?: { code: string } }).error?.code;
}

async function start(body: object): Promise<string> {
  return dataOf(await api.post<OperationStarted>('/data/imports/start', body)).operation_id;
}

async function imported(body: object): Promise<ImportResult> {
  const { status, error, result } = await api.untilOperation(
    await start(body),
    (operation) => operation.status === 'completed' || operation.status === 'failed',
  );
  expect({ status, error }).toEqual({ status: 'completed', error: null });
  return result as ImportResult;
}

const stored = (name: string): Promise<string> => readFile(`${sandbox.dataDir}/${name}`, 'utf8');
const uploads = (): Promise<string[]> => readdir(sandbox.path('api-state', 'uploads'));

describe('an upload', () => {
  test('is previewed, imported, listed, shown, exported and deleted', async () => {
    const upload_id = await upload('BTC-USDT.csv.gz', gzipSync(days(2, 5)));
    const request = { upload_id, symbol: 'BTC/USDT' };
    const preview = dataOf(await api.post<ImportPreview>('/data/imports/preview', request));
    expect(preview).toMatchObject({ file: 'BTC-USDT.csv.gz', questions: [], left_out_rows: 0 });
    expect(preview.bars).toMatchObject([
      { symbol: 'BTC/USDT', timeframe: '1d', rows: 4, first: '2024-01-02', last: '2024-01-05' },
    ]);

    const result = await imported({ ...request, task_id: 'one' });
    expect(result.stored).toMatchObject([{ file: 'BTC%2FUSDT_1d.csv', rows: 4, added: 4, replaced: 0 }]);
    expect(await uploads()).toEqual([]);

    const { bars } = dataOf(await api.get<BarsList>('/data'));
    expect(bars).toMatchObject([
      {
        symbol: 'BTC/USDT',
        timeframe: '1d',
        rows: 4,
        changed_since: false,
        origins: [{ kind: 'import', from: 'BTC-USDT.csv.gz', sha256: preview.sha256, profile: null }],
      },
    ]);

    const query = 'symbol=BTC%2FUSDT&timeframe=1d';
    const shown = dataOf(await api.get<BarsDetails>(`/data/show?${query}&points=2`));
    expect(shown.chart).toEqual([
      { time: '2024-01-02', open: 102, high: 105, low: 101, close: 104 },
      { time: '2024-01-04', open: 104, high: 107, low: 103, close: 106 },
    ]);
    expect(shown).toMatchObject({ info: { rows: 4 }, report: { bars: 4 }, models: [] });

    const exported = await fetch(`${api.url}/data/export?${query}`);
    expect(exported.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''BTC%252FUSDT_1d.csv",
    );
    expect(exported.headers.get('content-length')).toBe(String((await stored('BTC%2FUSDT_1d.csv')).length));
    expect(await exported.text()).toBe(await stored('BTC%2FUSDT_1d.csv'));
    const part = await fetch(`${api.url}/data/export?${query}&start_date=2024-01-04`);
    expect((await part.text()).trim().split('\n')).toHaveLength(3);

    const gone = await ask('DELETE', `/data?${query}`);
    expect(dataOf(gone)).toEqual({ symbol: 'BTC/USDT', timeframe: '1d', file: 'BTC%2FUSDT_1d.csv' });
    expect(codeOf(await api.get(`/data/show?${query}`))).toBe('bars_not_found');
  });

  test('with an open question is refused until it is answered', async () => {
    const rows = 'time,open,high,low,close\n01/02/2024,1,2,1,2\n02/02/2024,2,3,2,3\n03/02/2024,2,3,2,3\n';
    const upload_id = await upload('OPEN.csv', rows);
    const { questions } = dataOf(await api.post<ImportPreview>('/data/imports/preview', { upload_id }));
    expect(questions).toMatchObject([{ choice: 'date_format' }]);
    const refused = await api.post('/data/imports/start', { upload_id });
    expect(refused).toMatchObject({
      status: 422,
      body: { error: { code: 'import_question', details: { questions } } },
    });
    expect(JSON.stringify(refused.body)).toContain('--date-format');
    const { stored: files } = await imported({ upload_id, date_format: 'DD/MM/YYYY' });
    expect(files).toMatchObject([
      { symbol: 'OPEN', timeframe: '1d', first: '2024-02-01', last: '2024-02-03' },
    ]);
  });

  test('that is newer extends a file; different prices need a choice and replace nothing by themselves', async () => {
    await imported({ upload_id: await upload('EXT.csv', days(2, 5)) });
    const more = await imported({ upload_id: await upload('EXT.csv', days(4, 9)) });
    expect(more.stored).toMatchObject([{ rows: 8, added: 4, unchanged: 2, replaced: 0 }]);
    const before = await stored('EXT_1d.csv');

    const upload_id = await upload('EXT.csv', days(8, 10, 5));
    const { questions } = dataOf(await api.post<ImportPreview>('/data/imports/preview', { upload_id }));
    expect(questions).toMatchObject([{ choice: 'on_conflict', answers: ['keep', 'replace', 'refuse'] }]);
    expect(codeOf(await api.post('/data/imports/start', { upload_id }))).toBe('import_question');
    expect(await stored('EXT_1d.csv')).toBe(before);
    const replaced = await imported({ upload_id, on_conflict: 'replace' });
    expect(replaced.stored).toMatchObject([{ rows: 9, added: 1, replaced: 2 }]);
  });

  test('is refused above the limit, under a bad name, and as JSON; and nothing of it is left', async () => {
    const large = await send('LARGE.csv', new Uint8Array(1_100_000));
    expect([large.status, codeOf(large)]).toEqual([413, 'payload_too_large']);
    expect(codeOf(await send('..', 'x'))).toBe('invalid_name');
    expect(codeOf(await send('', 'x'))).toBe('invalid_request');
    expect(codeOf(await api.post('/data/uploads?file=A.csv', {}))).toBe('unsupported_media_type');
    expect(await uploads()).toEqual([]);
  });

  test('can be removed, and is not found afterwards', async () => {
    const upload_id = await upload('GONE.csv', days(2, 3));
    expect(dataOf(await ask('DELETE', `/data/uploads/${upload_id}`))).toBeNull();
    expect(codeOf(await ask('DELETE', `/data/uploads/${upload_id}`))).toBe('upload_not_found');
    expect(codeOf(await api.post('/data/imports/preview', { upload_id }))).toBe('upload_not_found');
    expect(codeOf(await api.post('/data/imports/start', { upload_id }))).toBe('upload_not_found');
  });
});

describe('a file of IMPORT_DIR', () => {
  beforeAll(async () => {
    await mkdir(sandbox.path('in', 'sub'));
    await writeFile(sandbox.path('in', 'sub', 'PATH.csv'), days(2, 4));
    await writeFile(sandbox.path('secret.csv'), days(2, 4));
    await symlink(sandbox.path('secret.csv'), sandbox.path('in', 'link.csv'));
    expect(spawnSync('mkfifo', [sandbox.path('in', 'pipe.csv')]).status).toBe(0);
  });

  test('is imported by its path, and stays', async () => {
    const { stored: files } = await imported({ path: 'sub/PATH.csv' });
    expect(files).toMatchObject([{ symbol: 'PATH', rows: 3 }]);
    expect(await readdir(sandbox.path('in', 'sub'))).toEqual(['PATH.csv']);
  });

  test.each([
    ['../secret.csv', /secret.csv.* has the part .*\.\..*, which begins with a dot/],
    ['/etc/passwd', /passwd.* has the part .*, which is empty/],
    ['link.csv', /is a symbolic link/],
    ['pipe.csv', /is a pipe, not a file/],
    ['sub', /is a folder, not a file/],
    ['nosuch.csv', /is missing/],
  ])('%s is refused', async (path, reason) => {
    const answer = await api.post('/data/imports/preview', { path });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'import_invalid']);
    expect(JSON.stringify(answer.body)).toMatch(reason);
  });

  test.each([
    [{}, /either upload_id .* or path/],
    [{ path: 'a.csv', upload_id: 'up_abcd' }, /either upload_id .* or path/],
    [{ path: 'sub/PATH.csv', timeframe: '7m' }, /timeframe must be one of 1m/],
    [{ path: 'sub/PATH.csv', columns: { clothes: 'x' } }, /must be one of time, date/],
    [{ path: 'sub/PATH.csv', columns: { close: 5 } }, /columns.close must be a text/],
    [{ path: 'sub/PATH.csv', symbol_map: { A: '../x y' } }, /symbol_map.A must be a symbol/],
    [{ path: 'sub/PATH.csv', adjust: 'up' }, /adjust must be one of none, close, ratio/],
    [{ path: 'sub/PATH.csv', zone: 'UTC' }, /unknown option/],
  ])('%j is refused', async (body, reason) => {
    const answer = await api.post('/data/imports/preview', body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request']);
    expect((answer.body as { error: { message: string } }).error.message).toMatch(reason);
  });
});

test('a profile keeps choices, which those of a request win over', async () => {
  const kept = await ask('PUT', '/data/profiles/broker', { date_format: 'DD/MM/YYYY', symbol: 'FIRST' });
  expect(kept.status).toBe(200);
  expect(codeOf(await ask('PUT', '/data/profiles/..', {}))).not.toBeUndefined();
  expect(codeOf(await ask('PUT', '/data/profiles/broker', { adjust: 'up' }))).toBe('invalid_request');
  const { profiles } = dataOf(await api.get<ProfileList>('/data/profiles'));
  expect(profiles).toEqual([{ name: 'broker', choices: { date_format: 'DD/MM/YYYY', symbol: 'FIRST' } }]);
  const rows = 'time,open,high,low,close\n01/02/2024,1,2,1,2\n02/02/2024,2,3,2,3\n';
  const body = { upload_id: await upload('x.csv', rows), profile: 'broker', symbol: 'SECOND' };
  expect((await imported(body)).stored).toMatchObject([{ symbol: 'SECOND', first: '2024-02-01' }]);
  const { info } = dataOf(await api.get<BarsDetails>('/data/show?symbol=SECOND&timeframe=1d'));
  expect(info.origins).toMatchObject([{ profile: 'broker' }]);
  expect(dataOf(await ask('DELETE', '/data/profiles/broker'))).toEqual({ name: 'broker' });
  expect(codeOf(await ask('DELETE', '/data/profiles/broker'))).toBe('profile_not_found');
  expect(codeOf(await api.post('/data/imports/preview', { ...body, profile: 'none' }))).toBe(
    'profile_not_found',
  );
});

test('the origin of bars says how their prices were adjusted, and in which zone their times are', async () => {
  const rows = [
    'time,open,high,low,close,adj close,volume',
    '2024-01-02 09:30,100,110,90,100,50,7',
    '2024-01-02 10:30,100,110,90,100,50,7',
  ].join('\n');
  const choices = { symbol: 'SPLIT', adjust: 'ratio', timezone: 'America/New_York' };
  await imported({ upload_id: await upload('split.csv', rows), ...choices });
  const { info } = dataOf(await api.get<BarsDetails>('/data/show?symbol=SPLIT&timeframe=1h'));
  expect(info).toMatchObject({
    first: '2024-01-02T14:30:00Z',
    origins: [{ kind: 'import', adjust: 'ratio', timezone: 'America/New_York' }],
  });
  const sydney = { symbol: 'SPLIT', timeframe: '1h', to: ['4h'], timezone: 'Australia/Sydney' };
  expect((await api.post('/data/resample', sydney)).status).toBe(200);
  const resampled = dataOf(await api.get<BarsDetails>('/data/show?symbol=SPLIT&timeframe=4h'));
  expect(resampled.info.origins).toMatchObject([{ kind: 'resample', timezone: 'Australia/Sydney' }]);
});

test.each(['path', 'timezone', 'date_format'])(
  'an empty %s of an import is refused by its name',
  async (field) => {
    const { status, body } = await api.post('/data/imports/preview', { [field]: '' });
    expect([status, body]).toMatchObject([400, { error: { message: expect.stringContaining(field) } }]);
  },
);

test('bars are resampled into coarser files', async () => {
  const rows = Array.from({ length: 120 }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 2, 10, minute)).toISOString();
    return `${time},${100 + minute},${101 + minute},${99 + minute},${100 + minute},1\n`;
  });
  const from = await imported({ upload_id: await upload('RES.csv', HEADER + rows.join('')) });
  const body = { symbol: 'RES', timeframe: '1m', to: ['30m', '1h'] };
  const { stored: files } = dataOf(await api.post<ResampledBars>('/data/resample', body));
  expect(files).toMatchObject([
    { file: 'RES_30m.csv', rows: 4 },
    { file: 'RES_1h.csv', rows: 2, first: '2024-01-02T10:00:00Z' },
  ]);
  // the next reader does not parse the file again
  expect(await readdir(sandbox.path('api-state', 'bars'))).toContain(from.stored[0]!.sha256);
  expect(codeOf(await api.post('/data/resample', { ...body, to: [] }))).toBe('invalid_request');
  expect(codeOf(await api.post('/data/resample', { ...body, to: ['7m'] }))).toBe('invalid_name');
});

test.each(['', '?symbol=EXT', '?timeframe=1d', '?symbol=&timeframe='])(
  'DELETE /data%s deletes nothing',
  async (query) => {
    const before = await readdir(sandbox.dataDir);
    const answer = await ask('DELETE', `/data${query}`);
    expect(answer.status).toBe(400);
    expect(await readdir(sandbox.dataDir)).toEqual(before);
  },
);

describe('an import that does not end', () => {
  let before: string;
  let id: string;
  let program: number;

  beforeEach(async () => {
    await imported({ upload_id: await upload('HELD.csv', days(2, 5)), on_conflict: 'replace' });
    before = await stored('HELD_1d.csv');
    id = await start({ upload_id: await upload('HELD.csv', days(4, 12)) });
    [program] = (await until(
      'the program of the import',
      () => sandbox.processes('import-process'),
      (pids) => pids.length > 0,
      { longestPauseMs: 5 },
    )) as [number];
    process.kill(program, 'SIGSTOP');
  });

  test('because of a cancel has changed nothing, and its retry imports the upload', async () => {
    expect((await api.post(`/operations/${id}/cancel`)).status).toBe(200);
    expect((await api.untilEnded(id)).status).toBe('cancelled');
    expect(await sandbox.processes('import-process')).toEqual([]);
    expect(await stored('HELD_1d.csv')).toBe(before);
    expect((await api.post(`/operations/${id}/retry`)).status).toBe(200);
    const { status, result } = await until(
      'the retry has completed',
      () => api.operation(id),
      (operation: Operation) => operation.status === 'completed',
    );
    expect({ status, result }).toMatchObject({ result: { stored: [{ rows: 11, added: 7, unchanged: 2 }] } });
    expect(await uploads()).toEqual([]);
  });

  test('because its API was killed has changed nothing, and its retry imports the upload', async () => {
    api.kill('SIGKILL');
    await api.ended;
    process.kill(program, 'SIGCONT');
    await until(
      'the program has ended with its API',
      () => sandbox.processes('import-process'),
      (pids) => pids.length === 0,
    );
    expect(await stored('HELD_1d.csv')).toBe(before);
    api = await sandbox.startApi('api', settings);
    expect(await api.untilEnded(id)).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
    expect((await api.post(`/operations/${id}/retry`)).status).toBe(200);
    await until(
      'the retry has completed',
      () => api.operation(id),
      (operation: Operation) => operation.status === 'completed',
    );
    expect((await stored('HELD_1d.csv')).trim().split('\n')).toHaveLength(12);
  });
});

function ask(method: string, path: string, body?: unknown): Promise<Answer<unknown>> {
  return request(method, api.url + path, body);
}
