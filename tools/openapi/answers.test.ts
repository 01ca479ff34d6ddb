import { cp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATION_TYPES, type TrainingResult } from '@ktrdr/contracts';
import { Started } from '@ktrdr/contracts/testing';
import { ExchangeServer } from '@ktrdr/data-download/testing';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { CHECKPOINTS_SOON, LONG, LONG_GRACE, QUICK, ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import { strategyText } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { BaseResolver, lintDocument, loadConfig, makeDocumentFromString } from '@redocly/openapi-core';
import { ApiDocument, type Answer } from './api-document.js';
import { UploadRecorder } from './upload-recorder.js';

/** Checks the responses of real services against their own documents. */
const started = new Started();
const DATES = { start_date: '2024-01-01', end_date: '2024-02-29' };
let sandbox: Sandbox;
let api: TestService;
let host: TestService;
let document: ApiDocument;
let documentOfHost: ApiDocument;

/** Five trainings share the cores, possibly of a busy machine. */
const FIVE_TRAININGS_MS = 150_000;

beforeAll(async () => {
  sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  const bars = { symbol: 'AAPL', timeframe: '1h', startDate: '2024-01-01', endDate: '2024-06-30' };
  await writeSampleBars({ dataDir: sandbox.dataDir, ...bars });
  const exchange = await started.start(
    () => ExchangeServer.start({ now: () => Date.now(), listedAt: Date.now() - 2 * 86_400_000 }),
    (server) => server.close(),
  );
  const sources = [{ name: 'exchange', kind: 'binance', url: exchange.url }];
  await writeFile(sandbox.path('sources.json'), JSON.stringify({ sources }));
  const settings = { ...LONG_GRACE, ...CHECKPOINTS_SOON };
  const ofApi = {
    DATA_SOURCES_FILE: sandbox.path('sources.json'),
    DATA_SOURCES_PRIVATE_NETWORKS: '127.0.0.1',
    NOTIFY_PRIVATE_NETWORKS: '127.0.0.1',
    STRATEGIES_DIR: sandbox.path('strategies'),
  };
  await cp(join(ROOT, 'strategies'), sandbox.path('strategies'), { recursive: true });
  [api, host] = await Promise.all([
    sandbox.startApi('api', { ...settings, ...ofApi }),
    sandbox.startHost('host', settings),
  ]);
  [document, documentOfHost] = await Promise.all([ApiDocument.of(api.url), ApiDocument.of(host.url)]);
});

afterAll(() => started.stop());

interface Sent {
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
}

/** Sends a request and checks the answer. @returns `data` of a success, the code of an error */
async function ask(operationId: string, line: string, sent: Sent = {}, of = document): Promise<unknown> {
  const { status, contentType, text } = await send(of === document ? api : host, line, sent);
  of.check(operationId, { status, contentType, text });
  if (contentType.startsWith('application/json')) {
    const answer = JSON.parse(text) as { success?: boolean; data?: unknown; error?: { code: string } };
    if (answer.success === true) return answer.data;
    if (answer.success === false) return answer.error?.code;
  }
  return text;
}

/** `node:http`, because `fetch` sets `Host` itself. */
async function send({ url }: TestService, line: string, { body, type, headers }: Sent): Promise<Answer> {
  const [method, path = ''] = line.split(' ');
  const json = body === undefined ? {} : { 'content-type': type ?? 'application/json' };
  return new Promise((resolve, reject) => {
    const sending = request(url + path, { method, headers: { ...json, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          text,
        }),
      );
    });
    sending.once('error', reject);
    sending.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

interface Operation {
  operation_id: string;
}
const train = async (body: object): Promise<string> => {
  const data = await ask('startTraining', 'POST /trainings/start', { body });
  expect(data).toHaveProperty('operation_id');
  return (data as Operation).operation_id;
};

/** The answer of a stream until it has this text. Meanwhile an operation starts. */
async function beginningOf(path: string, end: string): Promise<Answer> {
  const controller = new AbortController();
  const response = await fetch(api.url + path, { signal: controller.signal });
  await api.post('/dummy/start', { iterations: 1, duration_seconds: 0.001 });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(end) && text.endsWith('\n\n')) break;
  }
  controller.abort();
  return { status: response.status, contentType: response.headers.get('content-type') ?? '', text };
}

const FOREIGN = { headers: { host: 'evil.example' } };

describe('the API answers as its document says', () => {
  test('for the service routes', async () => {
    await ask('isLive', 'GET /live');
    await ask('getDoctorReport', 'GET /doctor');
    await ask('getDoctorReport', 'GET /doctor', FOREIGN);
    await ask('getHealth', 'GET /health');
    await ask('getMetrics', 'GET /metrics');
    expect(await ask('listHosts', 'GET /hosts')).toEqual({ mode: 'local', hosts: [] });
    for (const [id, path] of [
      ['isLive', '/live'],
      ['getHealth', '/health'],
      ['getMetrics', '/metrics'],
      ['listHosts', '/hosts'],
    ] as const)
      expect(await ask(id, `GET ${path}`, FOREIGN)).toBe('host_not_allowed');
  });

  test('for tokens and the audit log', async () => {
    expect(await ask('getCaller', 'GET /caller')).toEqual({ name: 'local', role: 'admin' });
    expect(await ask('listTokens', 'GET /tokens')).toEqual({ tokens: [] });
    const webhook = { body: { url: 'https://127.0.0.1:9/hook', on: ['edge'] } };
    const { id } = (await ask('createWebhook', 'POST /notifications', webhook)) as { id: string };
    expect(await ask('createWebhook', 'POST /notifications', { body: { url: 'x', on: ['edge'] } })).toBe(
      'invalid_request',
    );
    await ask('testWebhook', `POST /notifications/${id}/test`);
    await ask('listWebhooks', 'GET /notifications');
    await ask('listWebhooks', 'GET /notifications', FOREIGN);
    await ask('deleteWebhook', `DELETE /notifications/${id}`);
    for (const [operationId, line] of [
      ['testWebhook', `POST /notifications/${id}/test`],
      ['deleteWebhook', `DELETE /notifications/${id}`],
    ] as const)
      expect(await ask(operationId, line)).toBe('notification_not_found');
    await ask('listAudit', 'GET /audit?limit=5');
    expect(await ask('listAudit', 'GET /audit?limit=0')).toBe('invalid_request');
    const reader = { body: { name: 'reader', role: 'read' } };
    expect(await ask('createToken', 'POST /tokens', reader)).toBe('invalid_request');
    expect(await ask('revokeToken', 'DELETE /tokens/nobody')).toBe('token_not_found');
    for (const [id, line] of [
      ['getCaller', 'GET /caller'],
      ['listTokens', 'GET /tokens'],
    ] as const)
      expect(await ask(id, line, FOREIGN)).toBe('host_not_allowed');
  });

  test('for bars, strategies and indicators', async () => {
    const sample = { body: { symbol: 'MSFT', timeframe: '1d', ...DATES } };
    await ask('writeSampleBars', 'POST /data/sample', sample);
    expect(await ask('writeSampleBars', 'POST /data/sample', sample)).toBe('bars_exist');
    expect(await ask('checkData', 'GET /data/check')).toMatchObject({
      reports: [{ file: expect.any(String) }, { file: expect.any(String) }],
    });
    expect(await ask('checkData', 'GET /data/check?symbol=NOSUCH')).toBe('bars_not_found');
    expect(await ask('checkData', 'GET /data/check?symbol=..')).toBe('invalid_name');
    await ask('listDataSources', 'GET /data/sources');
    await ask('listDataSources', 'GET /data/sources', FOREIGN);
    await ask('listBars', 'GET /data');
    await ask('listBars', 'GET /data', FOREIGN);
    await ask('showBars', 'GET /data/show?symbol=MSFT&timeframe=1d&points=5');
    expect(await ask('showBars', 'GET /data/show?symbol=MSFT&timeframe=1w')).toBe('bars_not_found');
    await ask('exportBars', 'GET /data/export?symbol=MSFT&timeframe=1d');
    expect(await ask('exportBars', 'GET /data/export?symbol=MSFT')).toBe('invalid_request');
    const resample = { symbol: 'MSFT', timeframe: '1d', to: ['1w'] };
    await ask('resampleBars', 'POST /data/resample', { body: resample });
    expect(await ask('resampleBars', 'POST /data/resample', { body: { ...resample, to: ['1h'] } })).toBe(
      'invalid_request',
    );
    await ask('deleteBars', 'DELETE /data?symbol=MSFT&timeframe=1w');
    expect(await ask('deleteBars', 'DELETE /data?symbol=MSFT&timeframe=1w')).toBe('bars_not_found');
    await ask('listStrategies', 'GET /strategies');
    await ask('listStrategies', 'GET /strategies', FOREIGN);
    await ask('validateStrategy', 'POST /strategies/validate', { body: { strategy: 'name: [' } });
    await ask('validateStrategy', 'POST /strategies/validate', { body: { strategy: QUICK } });
    expect(await ask('validateStrategy', 'POST /strategies/validate', { body: {} })).toBe('invalid_request');
    await ask('migrateStrategy', 'POST /strategies/migrate', { body: { strategy: QUICK } });
    expect(await ask('migrateStrategy', 'POST /strategies/migrate', { body: { strategy: 'name: [' } })).toBe(
      'strategy_invalid',
    );
    await ask('getStrategySchema', 'GET /strategies/schema');
    await ask('getStrategySchema', 'GET /strategies/schema', FOREIGN);
    await ask('saveStrategy', 'PUT /strategies/mine', { body: { text: QUICK, revision: null } });
    expect(await ask('saveStrategy', 'PUT /strategies/mine', { body: { text: QUICK, revision: null } })).toBe(
      'strategy_changed',
    );
    expect(await ask('saveStrategy', 'PUT /strategies/mine', { body: { text: QUICK } })).toBe(
      'invalid_request',
    );
    expect(await ask('getStrategy', 'GET /strategies/nosuch')).toBe('strategy_not_found');
    const { revision } = (await ask('getStrategy', 'GET /strategies/mine')) as { revision: string };
    expect(await ask('deleteStrategy', 'DELETE /strategies/mine')).toBe('invalid_request');
    await ask('deleteStrategy', `DELETE /strategies/mine?revision=${revision}`);
    expect(await ask('deleteStrategy', `DELETE /strategies/mine?revision=${revision}`)).toBe(
      'strategy_not_found',
    );
    await ask('listIndicators', 'GET /indicators');
    await ask('listIndicators', 'GET /indicators', FOREIGN);
    const compute = { symbol: 'AAPL', timeframe: '1h', ...DATES };
    await ask('computeIndicator', 'POST /indicators/compute', {
      body: { ...compute, type: 'rsi', params: { period: 7 } },
    });
    expect(
      await ask('computeIndicator', 'POST /indicators/compute', { body: { ...compute, type: 'nosuch' } }),
    ).toBe('indicator_not_found');
  });

  test('for imports', async () => {
    const file = { body: 'Date,Open,High,Low,Close\n2024-01-02,1,2,1,2\n', type: 'application/octet-stream' };
    const check = (bytes: number) => ask('checkUpload', `GET /data/uploads/check?file=UP.csv&bytes=${bytes}`);
    expect(await check(10)).toBeNull();
    expect(await check(2 ** 50)).toBe('payload_too_large');
    const upload = async (): Promise<string> =>
      ((await ask('uploadFile', 'POST /data/uploads?file=UP.csv', file)) as { upload_id: string }).upload_id;
    expect(await ask('uploadFile', 'POST /data/uploads', file)).toBe('invalid_request');
    const unwanted = await upload();
    await ask('removeUpload', `DELETE /data/uploads/${unwanted}`);
    expect(await ask('removeUpload', `DELETE /data/uploads/${unwanted}`)).toBe('upload_not_found');
    const body = { upload_id: await upload(), timeframe: '1d' };
    await ask('previewImport', 'POST /data/imports/preview', { body });
    expect(await ask('previewImport', 'POST /data/imports/preview', { body: {} })).toBe('invalid_request');
    expect(await ask('startImport', 'POST /data/imports/start', { body: {} })).toBe('invalid_request');
    const { operation_id: id } = (await ask('startImport', 'POST /data/imports/start', {
      body,
    })) as Operation;
    await api.untilEnded(id);
    await ask('getOperation', `GET /operations/${id}`);
    await ask('keepProfile', 'PUT /data/profiles/mine', { body: { adjust: 'ratio' } });
    expect(await ask('keepProfile', 'PUT /data/profiles/mine', { body: { adjust: 'up' } })).toBe(
      'invalid_request',
    );
    await ask('listProfiles', 'GET /data/profiles');
    await ask('listProfiles', 'GET /data/profiles', FOREIGN);
    await ask('deleteProfile', 'DELETE /data/profiles/mine');
    expect(await ask('deleteProfile', 'DELETE /data/profiles/mine')).toBe('profile_not_found');
  });

  test('for operations that complete', async () => {
    const dummy = { body: { iterations: 2, duration_seconds: 0.01 } };
    const { operation_id: id } = (await ask('startDummy', 'POST /dummy/start', dummy)) as Operation;
    expect(await ask('startDummy', 'POST /dummy/start', { body: { iterations: 0 } })).toBe('invalid_request');
    await ask('followOperation', `GET /operations/${id}/events`);
    document.check('followOperations', await beginningOf('/operations/events', 'event: operation'));
    await ask('followOperations', 'GET /operations/events', FOREIGN);
    expect(await ask('followOperation', 'GET /operations/nosuch/events')).toBe('operation_not_found');
    const events = await ask('followOperation', `GET /operations/${id}/events`);
    const lastEventId = /^id: (.*)$/m.exec(String(events))?.[1] ?? '';
    await ask('followOperation', `GET /operations/${id}/events`, {
      headers: { 'last-event-id': lastEventId },
    });
    await ask('getOperation', `GET /operations/${id}`);
    expect(await ask('getOperation', 'GET /operations/nosuch')).toBe('operation_not_found');
    await ask('getOperationHistory', `GET /operations/${id}/history`);
    expect(await ask('getOperationHistory', 'GET /operations/nosuch/history')).toBe('operation_not_found');
    expect(await ask('getOperationMetrics', `GET /operations/${id}/metrics`)).toMatchObject({ points: [] });
    expect(await ask('getOperationMetrics', 'GET /operations/nosuch/metrics')).toBe('operation_not_found');
    await ask('getOperationTimeline', `GET /operations/${id}/timeline`);
    expect(await ask('getOperationTimeline', 'GET /operations/nosuch/timeline')).toBe('operation_not_found');
    expect(await ask('cancelOperation', `POST /operations/${id}/cancel`)).toBe('operation_ended');
    expect(await ask('resumeOperation', `POST /operations/${id}/resume`)).toBe('not_resumable');
    expect(await ask('retryOperation', `POST /operations/${id}/retry`)).toBe('not_retryable');
  });

  test('for downloads', async () => {
    const body = { symbol: 'BTC/USDT', timeframe: '1h', source: 'exchange' };
    const { operation_id: id } = (await ask('startDownload', 'POST /data/downloads/start', {
      body,
    })) as Operation;
    const nosuch = { body: { ...body, source: 'nosuch' } };
    expect(await ask('startDownload', 'POST /data/downloads/start', nosuch)).toBe('source_not_found');
    await api.untilEnded(id);
    expect(await ask('getOperation', `GET /operations/${id}`)).toMatchObject({ status: 'completed' });
  });

  test('for operations that are cancelled and resumed', async () => {
    const id = await train({ strategy: LONG });
    expect(await ask('startTraining', 'POST /trainings/start', { body: { strategy_name: 'nosuch' } })).toBe(
      'strategy_not_found',
    );
    expect(await ask('getTrainingRequest', `GET /trainings/${id}/request`)).toMatchObject({
      request: { strategy: LONG, seed: 42 },
    });
    expect(await ask('getTrainingRequest', 'GET /trainings/op_training_nosuch/request')).toBe(
      'operation_not_found',
    );
    await api.untilCheckpoint(id);
    expect(await ask('getTrainingCheckpoint', `GET /trainings/${id}/checkpoint`)).toBe('delivery_not_found');
    await ask('getOperation', `GET /operations/${id}`);
    await ask('getOperationMetrics', `GET /operations/${id}/metrics`);
    await ask('getOperationTimeline', `GET /operations/${id}/timeline`);
    await ask('cancelOperation', `POST /operations/${id}/cancel`, { body: { reason: 'lunch' } });
    await api.untilEnded(id);
    await ask('resumeOperation', `POST /operations/${id}/resume`);
    await ask('cancelOperation', `POST /operations/${id}/cancel`, { body: { force: true } });
    await api.untilEnded(id);
    await ask('retryOperation', `POST /operations/${id}/retry`);
    await ask('cancelOperation', `POST /operations/${id}/cancel`, { body: { force: true } });
    await api.untilEnded(id);
    await ask('getOperation', `GET /operations/${id}`);
  });

  test('for trainings of every kind and their models', async () => {
    const regression = QUICK.replace(
      'output_format: classification, confidence_threshold: 0.5, position_awareness: true',
      'output_format: regression, cost_model: {}',
    ).replace('source: zigzag, zigzag_threshold: 0.01', 'source: forward_return, horizon: 5');
    const ids = await Promise.all([
      train({ strategy: QUICK, walk_forward: 2, detailed_analytics: true }),
      train({ strategy: QUICK, seed: 7 }),
      train({ strategy: QUICK, dry_run: true }),
      train({ strategy: regression }),
      train({ strategy: QUICK, start_date: '2024-01-01', end_date: '2024-01-03' }),
    ]);
    const ended = await Promise.all(ids.map((id) => api.untilEnded(id, FIVE_TRAININGS_MS)));
    for (const id of ids) await ask('getOperation', `GET /operations/${id}`);
    expect(ended.map(({ status }) => status)).toEqual([...Array<string>(4).fill('completed'), 'failed']);
    await ask('listOperations', 'GET /operations?limit=100');
    await ask(
      'listOperations',
      'GET /operations?status=failed,cancelled&type=training&search=test&since=2026-01-01',
    );
    expect(await ask('listOperations', 'GET /operations?since=2026-02-30')).toBe('invalid_date');
    expect(await ask('listOperations', 'GET /operations?limit=0')).toBe('invalid_request');

    expect(
      await ask('estimateTraining', 'POST /trainings/estimate', { body: { strategy: QUICK } }),
    ).toMatchObject({
      place: 'local',
      over: [],
      bars: [{ symbol: 'AAPL', timeframe: '1h', start: expect.stringMatching(/^2024-01-0/) }],
    });
    expect(
      await ask('estimateTraining', 'POST /trainings/estimate', { body: { strategy_name: 'nosuch' } }),
    ).toBe('strategy_not_found');
    const [one = '', two = '', , three = ''] = ended.map(
      ({ result }) => (result as TrainingResult | null)?.artifacts.model ?? '',
    );
    await ask('listModels', 'GET /models?sort=edge');
    expect(await ask('listModels', 'GET /models?sort=luck')).toBe('invalid_request');
    await ask('compareModels', `GET /models/compare?models=${one},${two},${three}`);
    expect(await ask('compareModels', 'GET /models/compare?models=one')).toBe('invalid_request');
    const bars = { body: { symbol: 'AAPL', timeframe: '1h', last: 3 } };
    for (const model of [one, three]) {
      await ask('getModel', `GET /models/${model}`);
      await ask('predict', `POST /models/${model}/predict`, bars);
      await ask('getModelDecisions', `GET /models/${model}/decisions?symbol=AAPL`);
      await ask('getModelFile', `GET /models/${model}/files/model.onnx`);
    }
    const { operation_id: backtest } = (await ask('startBacktest', `POST /models/${one}/backtest`, {
      body: { sizing: { type: 'fixed_fraction', fraction: 0.5 }, stop_loss: null },
    })) as Operation;
    expect(await ask('startBacktest', `POST /models/${one}/backtest`, { body: { capital: 0 } })).toBe(
      'invalid_request',
    );
    await api.untilEnded(backtest);
    await ask('getOperation', `GET /operations/${backtest}`);
    await ask('getBacktestTrades', `GET /operations/${backtest}/trades/csv`);
    expect(await ask('getBacktestTrades', `GET /operations/${backtest}/trades/pdf`)).toBe('invalid_name');
    expect(await ask('getModel', 'GET /models/nosuch/1h_v1')).toBe('model_not_found');
    expect(await ask('getModelDecisions', 'GET /models/nosuch/1h_v1/decisions?symbol=AAPL')).toBe(
      'model_not_found',
    );
    expect(await ask('getModelFile', 'GET /models/nosuch/1h_v1/files/model.onnx')).toBe('model_not_found');
    expect(await ask('predict', 'POST /models/nosuch/1h_v1/predict', bars)).toBe('model_not_found');
    await ask('deleteModel', `DELETE /models/${two}`);
    expect(await ask('deleteModel', `DELETE /models/${two}`)).toBe('model_not_found');
    await ask('removeOperations', 'DELETE /operations?older_than_days=1');
    expect(await ask('removeOperations', 'DELETE /operations')).toBe('invalid_request');
  });

  test('for files that queue hosts download and upload', async () => {
    const id = await train({ strategy: QUICK });
    await api.untilEnded(id);
    expect(await ask('getTrainingBars', `GET /trainings/${id}/bars/AAPL/1h`)).toBe('delivery_not_found');
    expect(await ask('getTrainingCheckpoint', `GET /trainings/${id}/checkpoint`)).toBe('delivery_not_found');
    const bytes = { body: 'bytes', type: 'application/octet-stream' };
    expect(await ask('putTrainingCheckpoint', `PUT /trainings/${id}/runs/1/checkpoint`, bytes)).toBe(
      'delivery_not_found',
    );
    expect(await ask('putTrainingFile', `PUT /trainings/${id}/runs/1/files/model/model.onnx`, bytes)).toBe(
      'delivery_not_found',
    );
  });

  test('for files that a queue host uploads', async () => {
    const postgres = await started.start(
      () => PostgresServer.start(),
      (server) => server.stop(),
    );
    const settings = { ...CHECKPOINTS_SOON, TRAINING_QUEUE_URL: await postgres.createDatabase() };
    const queueApi = await sandbox.startApi('queue-api', settings);
    const recorder = await started.start(
      () => UploadRecorder.open(queueApi.url),
      (opened) => opened.close(),
    );
    const queueHost = await sandbox.startQueueHost('queue-host', {
      ...settings,
      KTRDR_API_URL: recorder.url,
    });
    const pacedUntil = sandbox.path('released');
    const strategy = strategyText({ epochs: 60, batchSize: 256, paceMs: 10, pacedUntil });
    const id = await queueApi.startTraining({ strategy });
    await queueApi.untilCheckpoint(id);
    for (const [operationId, path] of [
      ['getTrainingBars', 'bars/AAPL/1h'],
      ['getTrainingCheckpoint', 'checkpoint'],
    ] as const) {
      const { authorization } = recorder;
      const answer = await send(queueApi, `GET /trainings/${id}/${path}`, { headers: { authorization } });
      document.check(operationId, answer);
      expect(answer.status).toBe(200);
    }
    await writeFile(pacedUntil, '');
    const { status, error } = await queueApi.untilEnded(id);
    expect({ status, error }).toEqual({ status: 'completed', error: null });
    for (const { path, answer } of recorder.uploads)
      document.check(path.endsWith('/checkpoint') ? 'putTrainingCheckpoint' : 'putTrainingFile', answer);
    await Promise.all([queueHost.stop(), queueApi.stop()]);
  });

  // the API needs a token from now on
  test('when its first token is created and revoked', async () => {
    const admin = { body: { name: 'first', role: 'admin' } };
    const { token } = (await ask('createToken', 'POST /tokens', admin)) as { token: string };
    expect(await ask('getOperation', 'GET /operations/op_none')).toBe('unauthenticated');
    await ask('login', 'POST /session', { body: { token } });
    expect(await ask('login', 'POST /session', { body: { token: 'wrong' } })).toBe('unauthenticated');
    const headers = { authorization: `Bearer ${token}` };
    await ask('logout', 'DELETE /session', { headers });
    expect(await ask('logout', 'DELETE /session')).toBe('unauthenticated');
    await ask('revokeToken', 'DELETE /tokens/first', { headers: { authorization: `Bearer ${token}` } });
  });

  test('on every route', () => {
    const answers = [...document.checked];
    const without = (kind: RegExp) =>
      document.operationIds.filter(
        (id) => !answers.some((answer) => answer.startsWith(`${id} `) && kind.test(answer)),
      );
    expect(without(/ [45]..$/)).toEqual([]);
    expect(without(/ 2..$/)).toEqual([]);
  });
});

test('a training host answers as its document says', async () => {
  const ofHost = (id: string, line: string, sent?: Sent) => ask(id, line, sent, documentOfHost);
  const operation_id = 'op_training_20260105T100000_k3f9a1b2';
  const session = { operation_id, strategy: QUICK, strategy_file: 'quick.yaml', seed: 1, engine: 'auto' };
  const fingerprints = [await fingerprintBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h' })];
  const body = { ...session, dry_run: false, detailed_analytics: false, fingerprints };
  expect(await ofHost('startSession', 'POST /training/sessions', { body: session })).toBe('invalid_request');
  const { session_id: id } = (await ofHost('startSession', 'POST /training/sessions', { body })) as {
    session_id: string;
  };
  await host.untilSessionsEnded();
  expect(await host.session(id)).toMatchObject({ status: 'completed' });
  await ofHost('getSession', `GET /training/sessions/${id}`);
  await ofHost('getSession', `GET /training/sessions/${id}?after=0.1`);
  await ofHost('getSession', `GET /training/sessions/${id}?after=1.12,2.9`);
  expect(await ofHost('getSession', `GET /training/sessions/${id}?after=last`)).toBe('invalid_request');
  await ofHost('getSessionArtifacts', `GET /training/sessions/${id}/artifacts`);
  await ofHost('listSessions', 'GET /training/sessions');
  expect(await ofHost('cancelSession', `POST /training/sessions/${id}/cancel`)).toBe('operation_ended');
  for (const [operation, path] of [
    ['getSession', 'GET /training/sessions/nosuch'],
    ['getSessionArtifacts', 'GET /training/sessions/nosuch/artifacts'],
  ] as const)
    expect(await ofHost(operation, path)).toBe('session_not_found');
  await ofHost('getHealth', 'GET /health');
});

/** They change nothing, or only files of their own run. */
const NOT_AUDITED = [
  'estimateTraining',
  'computeIndicator',
  'validateStrategy',
  'migrateStrategy',
  'predict',
  'previewImport',
  'putTrainingCheckpoint',
  'putTrainingFile',
];

test('each route declares who may use it, and each that changes something is in the audit log', () => {
  for (const { paths } of [document.document, documentOfHost.document]) {
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, { operationId, description = '' }] of Object.entries(item)) {
        const declares = /^(Role: `(read|operate|admin)`\.|Open to everyone\.|Only for .*\.)/m.test(
          description,
        );
        expect({ path, method, declares }).toEqual({ path, method, declares: true });
        const changes = method !== 'get' && !path.startsWith('/training/sessions');
        const isAudited = description.includes('The audit log records it');
        expect({ operationId, isAudited }).toEqual({
          operationId,
          isAudited: changes && !NOT_AUDITED.includes(operationId),
        });
      }
    }
  }
});

test('each request body has properties', () => {
  const bodies = [document, documentOfHost].flatMap(({ document: { paths, components } }) =>
    Object.values(paths)
      .flatMap((item) => Object.values(item))
      .flatMap(({ operationId, requestBody }) => {
        const schema = requestBody?.content['application/json']?.schema;
        return schema === undefined ? [] : [{ operationId, schema, components }];
      }),
  );
  const empty = bodies.filter(({ schema, components }) => {
    const named = components.schemas[schema.$ref?.split('/').at(-1) ?? ''] as
      | { properties?: object }
      | undefined;
    return Object.keys(named?.properties ?? {}).length === 0;
  });
  expect(bodies.length).toBeGreaterThan(8);
  expect(empty.map(({ operationId }) => operationId)).toEqual([]);
});

test('each type of operation has its result in the document', () => {
  const { schemas } = document.document.components;
  for (const type of OPERATION_TYPES)
    expect(schemas).toMatchObject({
      // `data_check` -> `DataCheckOperation`
      [`${type.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}Operation`]: {
        properties: { operation_type: { const: type } },
      },
    });
});

test('Redocly reports no problem in either document', async () => {
  const config = await loadConfig({ configPath: join(import.meta.dirname, 'redocly.yaml') });
  for (const { document: linted } of [document, documentOfHost]) {
    const problems = await lintDocument({
      document: makeDocumentFromString(JSON.stringify(linted), 'openapi.json'),
      config,
      externalRefResolver: new BaseResolver(),
    });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  }
});
