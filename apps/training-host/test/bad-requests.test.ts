import 'reflect-metadata';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERROR_STATUS, isErrorResponse } from '@ktrdr/contracts';
import type { ErrorCode, StartSessionRequest, TrainingSession } from '@ktrdr/contracts';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { createService, readListenSettings, SettingsReader } from '@ktrdr/service-kit';
import fc from 'fast-check';
import { AppModule } from '../src/app.module.js';

/** Invalid requests to a training host and their errors, over real HTTP. All tests share one host. */
let directory: string;
let app: INestApplication;
let url: string;
let valid: StartSessionRequest;

const STRATEGY = `name: small
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 60
indicators:
  rsi_14: { type: rsi, period: 14 }
fuzzy_sets:
  momentum: { indicator: rsi_14, low: [0, 25, 45], high: [55, 75, 100] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
model: { type: mlp, architecture: { hidden_layers: [8], activation: relu, dropout: 0 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: 100000
  batch_size: 32
  learning_rate: 0.001
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-host-'));
  const dataDir = join(directory, 'data');
  await mkdir(dataDir);
  await writeSampleBars({
    dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  const settings = {
    ...readListenSettings(new SettingsReader({}), 0),
    secret: null,
    dataDir,
    stateDir: join(directory, 'state'),
    engine: 'tensorflow-wasm',
    limits: { mostAtOnce: 1, threads: 2, memoryMb: 4_000, hours: 0 },
    warmProcesses: 0,
    cancelGraceMs: 5_000,
    checkpointEveryMs: 2_000,
    featureCacheMb: 0,
    sessionLeaseMs: 60_000,
    maxSessions: 1,
    sessionWait: false,
    queue: null,
  } as const;
  const description = { name: 'training host', description: 'Of a test.', version: '0.0.0' };
  app = await createService(await AppModule.register(settings), description, settings, false);
  await app.listen(settings.port, settings.host);
  url = await app.getUrl();
  valid = {
    operation_id: 'op_training_20240101T000000_valid',
    strategy: STRATEGY,
    strategy_file: 'small.yaml',
    detailed_analytics: false,
    dry_run: false,
    seed: 1,
    engine: 'tensorflow-wasm',
    fingerprints: [await fingerprintBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })],
  };
});

afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true, force: true });
});

const SESSIONS = '/training/sessions';

async function send(
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
): Promise<Response> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type };
  return fetch(url + path, { method, body, headers, signal: AbortSignal.timeout(10_000) });
}

/** Checks that an error response is not an internal error. @returns the status and the code as `400 invalid_request`, and the message */
async function refusalOf(answer: Response): Promise<{ code: string; message: string }> {
  const text = await answer.text();
  const body: unknown = JSON.parse(text);
  if (!isErrorResponse(body)) throw new Error(`not an error response: ${text.slice(0, 500)}`);
  const { code, message } = body.error;
  expect({ code, status: answer.status }).toEqual({ code, status: ERROR_STATUS[code as ErrorCode] });
  expect(answer.status).not.toBe(500);
  expect(text).not.toMatch(/node_modules|\.[jt]s:[0-9]|\n\s*at |\[object /);
  return { code: `${answer.status} ${code}`, message };
}

async function refusedStart(changes: object): Promise<{ code: string; message: string }> {
  return refusalOf(await send('POST', SESSIONS, JSON.stringify({ ...valid, ...changes })));
}

async function session(method: string, path: string): Promise<TrainingSession> {
  const body = (await (await send(method, path)).json()) as { data: TrainingSession };
  return body.data;
}

describe('a malformed request', () => {
  test.each<[string, string, string, string | undefined, string, string, RegExp]>([
    [
      'the wrong method',
      'DELETE',
      SESSIONS,
      undefined,
      '',
      '404 not_found',
      /DELETE \/training\/sessions.*\/openapi\.json/,
    ],
    [
      'JSON that is cut off',
      'POST',
      SESSIONS,
      '{',
      'application/json',
      '400 invalid_request',
      /not valid JSON/,
    ],
    ['a list', 'POST', SESSIONS, '[]', 'application/json', '400 invalid_request', /must be a JSON object/],
    ['plain text', 'POST', SESSIONS, '{}', 'text/plain', '415 unsupported_media_type', /application\/json/],
    [
      'no body',
      'POST',
      SESSIONS,
      undefined,
      '',
      '400 invalid_request',
      /operation_id must be .*; fingerprints must be a list\.$/,
    ],
    [
      'a body that is too large',
      'POST',
      SESSIONS,
      JSON.stringify({ strategy: '#'.repeat(2_100_000) }),
      'application/json',
      '413 payload_too_large',
      /2,097,152 bytes/,
    ],
  ])('%s', async (_what, method, path, body, type, code, message) => {
    expect(await refusalOf(await send(method, path, body, type))).toEqual({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('a session that cannot be started', () => {
  const sha256 = 'a'.repeat(64);

  test.each<[string, object, string, RegExp]>([
    ['an unknown option', { epochs: 5 }, '400 invalid_request', /unknown option "epochs"/],
    [
      'an operation id that leads out',
      { operation_id: '../../x' },
      '400 invalid_request',
      /operation_id must be/,
    ],
    [
      'a file name of 4097 characters',
      { strategy_file: 'x'.repeat(4097) },
      '400 invalid_request',
      /strategy_file.*4096/,
    ],
    [
      'a path instead of the strategy',
      { strategy: '/etc/passwd' },
      '422 strategy_invalid',
      /a strategy is a map/,
    ],
    [
      'a broken strategy',
      { strategy: 'name: x' },
      '422 strategy_invalid',
      /small\.yaml:1:1 indicators: is missing/,
    ],
    [
      'a symbol that leads out',
      { symbols: ['../x'] },
      '400 invalid_name',
      /"\.\.\/x" is not valid; must be a symbol/,
    ],
    ['an encoded symbol that leads out', { symbols: ['..%2fx'] }, '400 invalid_name', /must be a symbol/],
    ['a timeframe that leads out', { timeframes: ['../1h'] }, '400 invalid_name', /one of 1m, 5m/],
    [
      'a fingerprint of a file elsewhere',
      { fingerprints: [{ symbol: '../x', timeframe: '1h', sha256 }] },
      '400 invalid_request',
      /fingerprints\.0 must have a symbol, a timeframe and a sha256/,
    ],
    ['no fingerprints', { fingerprints: [] }, '400 invalid_request', /fingerprints must not be empty/],
    [
      'no fingerprint of the symbol',
      { symbols: ['MSFT'] },
      '400 invalid_request',
      /fingerprints has no entry for MSFT 1h/,
    ],
    [
      'a symbol without bars here',
      { symbols: ['MSFT'], fingerprints: [{ symbol: 'MSFT', timeframe: '1h', sha256 }] },
      '404 bars_not_found',
      /^MSFT_1h\.csv is not in \/.* on the training host\. Copy the API's file there/,
    ],
    [
      'other bars than the API has',
      { fingerprints: [{ symbol: 'AAPL', timeframe: '1h', sha256 }] },
      '409 bars_differ',
      /^AAPL_1h\.csv .* the API had when the training was started\. Copy the API's file there/,
    ],
    ['an unknown engine', { engine: 'abacus' }, '400 invalid_request', /engine must be one of/],
    ['an unavailable engine', { engine: 'tensorflow-gpu' }, '422 engine_unavailable', /tensorflow-gpu/],
    ['a date that does not exist', { start_date: '2024-02-31' }, '400 invalid_date', /2024-02 has 29 days/],
    [
      'reversed dates',
      { start_date: '2024-03-01', end_date: '2024-01-01' },
      '400 invalid_date_range',
      /swap them/,
    ],
    ['too many folds', { walk_forward: 21 }, '400 invalid_request', /walk_forward must be at most 20/],
    [
      'a gap without folds',
      { walk_forward_gap: 5 },
      '400 invalid_request',
      /walk_forward_gap needs walk_forward/,
    ],
    ['too many seeds', { seeds: 21 }, '400 invalid_request', /seeds must be at most 20/],
    ['a fractional seed', { seed: 1.5 }, '400 invalid_request', /seed must be a whole number/],
    ['attempt 0', { attempt: 0 }, '400 invalid_request', /attempt must be/],
    [
      'a resume without a checkpoint',
      { attempt: 2, resume: true },
      '409 checkpoint_missing',
      /Retry it from the beginning/,
    ],
  ])('%s', async (_what, changes, code, message) => {
    expect(await refusedStart(changes)).toEqual({ code, message: expect.stringMatching(message) });
  });
});

describe('an unknown session', () => {
  const ids = ['nosuch', '..%2f..%2fetc', '%2e%2e%2f', '%00', 'op_training_20240101T000000_none'];

  test.each(
    ids.flatMap((id) => [
      ['GET', `${SESSIONS}/${id}`],
      ['POST', `${SESSIONS}/${id}/cancel`],
      ['GET', `${SESSIONS}/${id}/artifacts`],
    ]),
  )('%s %s', async (method, path) => {
    expect(await refusalOf(await send(method as string, path as string))).toEqual({
      code: '404 session_not_found',
      message: expect.stringMatching(/has no session .*: it ended long ago, or the host was restarted/),
    });
  });

  test.each([
    ['%zz', /write a literal % as %25/],
    [`x${'0'.repeat(256)}`, /longer than 256 characters/],
  ])('%s', async (id, message) => {
    expect(await refusalOf(await send('GET', `${SESSIONS}/${id}`))).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });
});

test('a random request never gives an internal error', async () => {
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(valid), 'symbols', 'timeframes', 'start_date', '__proto__'),
    fc.string(),
  );
  const changes = fc.dictionary(name, fc.jsonValue(), { minKeys: 1, maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      // the changes may be valid, so the unknown engine ensures that no session starts
      const body = JSON.stringify({ ...valid, ...changed, engine: 'abacus' });
      await refusalOf(await send('POST', SESSIONS, body));
    }),
    { numRuns: 50 },
  );
});

test('a busy host names the running session and rejects others until that session is cancelled', async () => {
  const started = await send('POST', SESSIONS, JSON.stringify(valid));
  const { session_id } = ((await started.json()) as { data: TrainingSession }).data;
  const other = { operation_id: 'op_training_20240101T000000_other' };
  expect(await refusedStart(other)).toEqual({
    code: '409 host_busy',
    message: expect.stringMatching(
      new RegExp(
        `^The training host is busy: .*${session_id}.* It accepts 1 at a time\\. .*TRAINING_MAX_SESSIONS`,
      ),
    ),
  });
  expect(await refusalOf(await send('GET', `${SESSIONS}/${session_id}/artifacts`))).toEqual({
    code: '409 session_not_completed',
    message: expect.stringContaining('only a completed session has a model'),
  });
  await send('POST', `${SESSIONS}/${session_id}/cancel`);
  const end = performance.now() + 20_000;
  while ((await session('GET', `${SESSIONS}/${session_id}`)).status !== 'cancelled') {
    if (performance.now() > end) throw new Error('the session did not end within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(await refusalOf(await send('POST', `${SESSIONS}/${session_id}/cancel`))).toEqual({
    code: '409 operation_ended',
    message: expect.stringContaining('has ended (cancelled)'),
  });
  expect(await refusedStart({ ...other, symbols: ['../x'] })).toMatchObject({ code: '400 invalid_name' });
  expect(await readdir(join(directory, 'state/sessions/.staging'))).toEqual([]);
});
