import { createHash } from 'node:crypto';
import { access, appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ModelComparison,
  type ModelDecisions,
  type ModelDetails,
  type ModelList,
  MODEL_ORDERS,
  MOST_PREDICTED_BARS,
  type OperationStarted,
  type PredictResponse,
  type TrainingResult,
} from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { type Answer, dataOf, request, Sandbox, type TestService, until } from '@ktrdr/service-kit/testing';
import { refusal } from './refusal.js';
import { QUICK, strategyText } from '@ktrdr/service-kit/testing';

/** A strategy name with dots. */
const DOTTED = 'rsi_zigzag_1.5';

let sandbox: Sandbox;
let api: TestService;

async function train(strategy: string, seed: number): Promise<void> {
  const id = await api.startTraining({ strategy, seed });
  expect(await api.untilEnded(id)).toMatchObject({ status: 'completed' });
}

beforeAll(async () => {
  sandbox = await Sandbox.create();
  for (const [symbol, seed] of [
    ['AAPL', 1],
    ['GOOG', 2],
  ] as const) {
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol,
      timeframe: '1h',
      startDate: '2023-01-01',
      endDate: '2023-12-31',
      seed,
    });
  }
  const STRATEGIES_DIR = sandbox.path('strategies');
  await mkdir(STRATEGIES_DIR);
  await writeFile(join(STRATEGIES_DIR, `${DOTTED}.yaml`), QUICK.replace('name: pattern', `name: ${DOTTED}`));
  api = await sandbox.startApi('api', { STRATEGIES_DIR });
  await train(QUICK, 1);
  await train(QUICK, 2);
  await train(strategyText({ epochs: 2, layers: [4], symbol: 'GOOG' }), 3);
});

afterAll(() => sandbox.close());

const ASK = { symbol: 'AAPL', timeframe: '1h' };
const predict = (body: object, model = 'pattern/1h_v1') =>
  api.post<PredictResponse>(`/models/${model}/predict`, body);
const send = <T>(method: string, path: string): Promise<Answer<T>> => request<T>(method, api.url + path);

describe('GET /models/:strategy/:version/files/:name', () => {
  const get = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/models/pattern/1h_v1/files/${name}`, { headers });

  test('sends the bytes of a file as a download, and nothing if the client has them', async () => {
    const answer = await get('model.onnx');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="pattern-1h_v1-model.onnx"');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.equals(await readFile(sandbox.path('api-models', 'pattern', '1h_v1', 'model.onnx')))).toBe(
      true,
    );
    const etag = answer.headers.get('etag')!;
    const again = await get('model.onnx', { 'if-none-match': etag });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
    expect((await get('metadata.json')).headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await (await get('metadata.json')).json()).toMatchObject({ model: 'pattern/1h_v1' });
  });

  test.each([
    ['pattern/1h_v1/files/other.txt', 404, 'not_found'],
    ['pattern/1h_v1/files/..%2F..%2Fsecret', 404, 'not_found'],
    ['pattern/1h_v77/files/model.onnx', 404, 'model_not_found'],
    ['pattern/nosuch/files/model.onnx', 400, 'invalid_name'],
  ])('refuses %s', async (path, status, code) => {
    expect(await send('GET', `/models/${path}`)).toMatchObject({ status, body: { error: { code } } });
  });
});

test('decisions on the test part are those of the training; another symbol is refused', async () => {
  const { body } = await send<ModelDecisions>('GET', '/models/pattern/1h_v1/decisions?symbol=AAPL');
  expect(body).toMatchObject({ success: true, data: { model: 'pattern/1h_v1', bars_state: 'unchanged' } });
  expect(await send('GET', '/models/pattern/1h_v1/decisions?symbol=GOOG')).toMatchObject({ status: 400 });
  expect(await send('GET', '/models/pattern/1h_v1/decisions')).toMatchObject({ status: 400 });
});

describe('POST /models/:strategy/:version/predict', () => {
  test('gives the newest bar or the requested number of bars, with the same values each time', async () => {
    const one = dataOf(await predict(ASK));
    expect(one.predictions).toHaveLength(1);
    expect(one.predictions[0]!.time).toMatch(/^2023-12-29T/);
    const many = dataOf(await predict({ ...ASK, last: 400 }));
    expect(many.predictions).toHaveLength(400);
    expect(many.predictions.at(-1)).toEqual(one.predictions[0]);
    expect(many.warnings).toEqual([
      'AAPL_1h.csv: synthetic bars. Results on them say nothing about a market.',
    ]);
    expect(dataOf(await predict({ ...ASK, last: 400 }))).toEqual(many);
  });

  test('warns about a symbol that the model was not trained on', async () => {
    const { warnings } = dataOf(await predict({ ...ASK, symbol: 'GOOG', end_date: '2023-06-30' }));
    expect(warnings).toEqual([
      expect.stringMatching(/^GOOG_1h\.csv: synthetic bars/),
      expect.stringMatching(/not trained on GOOG but on AAPL/),
    ]);
  });

  test('does not block other requests, and answers or asks to retry every request of a burst', async () => {
    const asked = Array.from({ length: 40 }, () =>
      fetch(`${api.url}/models/pattern/1h_v1/predict`, {
        method: 'POST',
        signal: AbortSignal.timeout(50_000),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...ASK, last: 1000 }),
      }),
    );
    expect((await send('GET', '/health')).status).toBe(200);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    // the number of refusals depends on the speed of the earlier answers
    const answered = statuses.filter((status) => status === 200).length;
    expect(answered).toBeGreaterThanOrEqual(10);
    expect(answered).toBeLessThan(statuses.length);
    expect(statuses.filter((status) => status === 503)).toHaveLength(statuses.length - answered);
  });

  test.each([
    [{ ...ASK, timeframe: '4h' }, '422 wrong_timeframe', /1h/],
    [{ ...ASK, symbol: 'MSFT' }, '404 bars_not_found', /MSFT/],
    [{ ...ASK, symbol: '../AAPL' }, '400 invalid_name', /AAPL/],
    [{ ...ASK, last: 9000 }, '422 not_enough_bars', /9,0\d\d 1h bars/],
    [{ ...ASK, last: MOST_PREDICTED_BARS + 1 }, '400 invalid_request', /last must be at most 10000/],
    [{ ...ASK, last: 0 }, '400 invalid_request', /last must be at least 1/],
    [{ ...ASK, last: 1.5 }, '400 invalid_request', /whole number/],
    [{ ...ASK, end_date: 'soon' }, '400 invalid_date', /soon/],
    [{ symbol: 'AAPL' }, '400 invalid_request', /timeframe/],
    [{ ...ASK, first: 3 }, '400 invalid_request', /unknown option "first"/],
  ])('%j: %s', async (body, code, message) => {
    const refused = await refusal(api.url, {
      path: '/models/pattern/1h_v1/predict',
      body: JSON.stringify(body),
    });
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test.each([
    ['pattern/1h_v9', '404 model_not_found'],
    ['..%2f..%2fetc/1h_v1', '400 invalid_name'],
    ['pattern/%2e%2e', '400 invalid_name'],
  ])('%s: %s', async (model, code) => {
    const path = `/models/${model}/predict`;
    expect((await refusal(api.url, { path, body: JSON.stringify(ASK) })).code).toBe(code);
  });
});

describe('GET /models', () => {
  const names = async (query: string): Promise<(string | null)[]> =>
    dataOf(await send<ModelList>('GET', `/models${query}`)).models.map(({ version }) => version);

  test('lists the newest first, or in the requested order', async () => {
    expect(await names('')).toEqual(['1h_v3', '1h_v2', '1h_v1']);
    expect(await names('?sort=name')).toEqual(['1h_v1', '1h_v2', '1h_v3']);
    const { models } = dataOf(await send<ModelList>('GET', '/models?sort=edge'));
    const order = ['edge', 'too_little_data', 'no_edge', null];
    const edges = models.map(({ verdict }) => order.indexOf(verdict));
    expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    const accuracies = dataOf(await send<ModelList>('GET', '/models?sort=accuracy')).models.map(
      ({ test_accuracy }) => test_accuracy!,
    );
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
  });

  test('rejects an unknown order', async () => {
    const { code, message } = await refusal(api.url, { method: 'GET', path: '/models?sort=seed' });
    expect(code).toBe('400 invalid_request');
    expect(message).toMatch(/sort must be one of created, accuracy, edge, name/);
  });
});

test('a verdict counts the trainings on the same bars, and lists have its label', async () => {
  const { models } = dataOf(await send<ModelList>('GET', '/models?sort=name'));
  const verdicts = await Promise.all(
    models.map(async ({ model }) => {
      const { metrics } = dataOf(await send<ModelDetails>('GET', `/models/${model}`));
      return (metrics as TrainingResult).verdict!;
    }),
  );
  expect(models.map(({ verdict }) => verdict)).toEqual(verdicts.map(({ label }) => label));
  // two trainings on AAPL, then one on GOOG
  expect(verdicts.map(({ trials_on_these_bars: trials }) => trials)).toEqual([1, 2, 1]);
});

describe('GET /models/compare', () => {
  const compare = (models: string) => send<ModelComparison>('GET', `/models/compare?models=${models}`);

  test('shows only the seed for models of the same rows with different seeds, and marks none if chance explains the difference', async () => {
    const comparison = dataOf(await compare('pattern/1h_v1,pattern/1h_v2'));
    expect(comparison).toMatchObject({
      comparable: true,
      warnings: [expect.stringMatching(/^No model is distinguishable from all others/)],
    });
    expect(comparison.differences).toEqual([{ about: 'settings', name: 'seed', values: ['1', '2'] }]);
    const accuracy = comparison.metrics.find(({ name }) => name === 'test_accuracy')!;
    expect(accuracy.best).toEqual([]);
    const stored = await Promise.all(
      ['1h_v1', '1h_v2'].map(async (version) =>
        dataOf(await send<ModelDetails>('GET', `/models/pattern/${version}`)),
      ),
    );
    expect(accuracy.values).toEqual(stored.map(({ summary }) => summary.test_accuracy));
    const money = stored.map(({ metrics }) => (metrics as TrainingResult).verdict!.money!);
    expect(comparison.metrics).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ title: 'net return', values: money.map((one) => one.net_return) }),
        expect.objectContaining({
          title: 'Sharpe ratio',
          values: money.map((one) => one.sharpe),
          intervals: money.map((one) => one.sharpe_interval),
        }),
        expect.objectContaining({
          title: 'random entries that earned as much',
          values: money.map((one) => one.random_entries_p_value),
        }),
      ]),
    );
  });

  test('warns if symbols or bars differ, because the metrics are then not comparable', async () => {
    const comparison = dataOf(await compare('pattern/1h_v1,pattern/1h_v3'));
    expect(comparison.comparable).toBe(false);
    expect(comparison.warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/different symbols/),
        expect.stringMatching(/different bars/),
      ]),
    );
    expect(comparison.metrics.flatMap(({ best }) => best)).toEqual([]);
  });

  test.each([
    ['pattern/1h_v1', '400 invalid_request'],
    ['pattern/1h_v1,pattern/1h_v1', '400 invalid_request'],
    ['pattern/1h_v1,', '400 invalid_name'],
    ['pattern/1h_v1,pattern/1h_v1/x', '400 invalid_name'],
    ['pattern/1h_v1,pattern/1h_v9', '404 model_not_found'],
    ['pattern/1h_v1,../1h_v1', '400 invalid_name'],
  ])('%s: %s', async (models, code) => {
    const path = `/models/compare?models=${models}`;
    expect((await refusal(api.url, { method: 'GET', path })).code).toBe(code);
  });
});

describe('DELETE /models/:strategy/:version', () => {
  test('removes the model and never reuses its number', async () => {
    await train(QUICK, 4);
    expect(dataOf(await send('DELETE', '/models/pattern/1h_v4'))).toEqual({ model: 'pattern/1h_v4' });
    const path = '/models/pattern/1h_v4';
    expect((await refusal(api.url, { method: 'GET', path })).code).toBe('404 model_not_found');
    expect((await refusal(api.url, { method: 'DELETE', path })).code).toBe('404 model_not_found');
    await train(QUICK, 4);
    const { models } = dataOf(await send<ModelList>('GET', '/models'));
    expect(models.map(({ version }) => version)).toEqual(['1h_v5', '1h_v3', '1h_v2', '1h_v1']);
  });

  test.each(['/models/pattern/%2e%2e', '/models/..%2f..%2fetc/1h_v1', '/models/pattern/notes'])(
    'rejects any other folder: %s',
    async (path) => {
      expect((await refusal(api.url, { method: 'DELETE', path })).code).toBe('400 invalid_name');
    },
  );
});

test('a strategy whose name has dots can be found, trained, analysed, used for predictions, compared and deleted', async () => {
  const id = await api.startTraining({ strategy_name: DOTTED, detailed_analytics: true });
  const { status, warnings, result } = await api.untilEnded(id);
  expect({ status, named: warnings.filter((warning) => warning.includes(DOTTED)) }).toEqual({
    status: 'completed',
    named: [],
  });
  const { artifacts, training_metrics } = result as TrainingResult;
  expect(artifacts.model).toBe(`${DOTTED}/1h_v1`);
  const { directory } = training_metrics!.analytics!;
  expect(directory).toContain(DOTTED);
  await access(join(directory, 'report.html'));
  expect(dataOf(await send<ModelDetails>('GET', `/models/${DOTTED}/1h_v1`)).summary.strategy).toBe(DOTTED);
  expect(dataOf(await predict(ASK, `${DOTTED}/1h_v1`)).model).toBe(`${DOTTED}/1h_v1`);
  const compared = await send<ModelComparison>('GET', `/models/compare?models=pattern/1h_v1,${DOTTED}/1h_v1`);
  expect(dataOf(compared).models).toHaveLength(2);
  expect(dataOf(await send('DELETE', `/models/${DOTTED}/1h_v1`))).toEqual({ model: `${DOTTED}/1h_v1` });
  expect(
    (await refusal(api.url, { path: '/trainings/start', body: `{"strategy_name":"${DOTTED}.yaml"}` }))
      .message,
  ).toContain('without ".yaml" at the end');
});

test('a model with changed files or of a later version is rejected everywhere and can be deleted', async () => {
  const { models } = dataOf(await send<ModelList>('GET', '/models'));
  const { version, path } = models[0]!;
  const everywhere = async (code: string): Promise<void> => {
    const requests = [
      { method: 'GET', path: `/models/pattern/${version}` },
      { method: 'GET', path: `/models/compare?models=pattern/1h_v1,pattern/${version}` },
      { path: `/models/pattern/${version}/predict`, body: JSON.stringify(ASK) },
    ];
    for (const each of requests) expect((await refusal(api.url, each)).code).toBe(code);
  };
  const metadata = `${path}/metadata.json`;
  const text = await readFile(metadata, 'utf8');
  await writeFile(metadata, text.replace(/"format": \d+/, '"format": 1000'));
  await everywhere('422 model_unsupported');
  const listed = dataOf(await send<ModelList>('GET', '/models')).models[0]!;
  expect(listed).toMatchObject({ version, problem: expect.stringMatching(/Update ktrdr/) });
  await writeFile(metadata, text);
  await appendFile(`${path}/strategy.yaml`, '\n');
  await everywhere('422 model_damaged');
  expect((await send('DELETE', `/models/pattern/${version}`)).status).toBe(200);
});

test('a model of an earlier version is listed, shown, compared and used, without a verdict', async () => {
  const { path } = dataOf(await send<ModelList>('GET', '/models?sort=name')).models[0]!;
  const [early, version] = [join(dirname(path), '1h_v66'), '1h_v66'];
  await cp(path, early, { recursive: true });
  const readJson = async (file: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(early, file), 'utf8')) as Record<string, unknown>;
  const { verdict: _, backtest: __, seeds: ___, data_summary, ...metrics } = await readJson('metrics.json');
  const { data_reports: ____, ...summary } = (data_summary ?? {}) as Record<string, unknown>;
  const text = JSON.stringify({ ...metrics, data_summary: summary });
  await writeFile(join(early, 'metrics.json'), text);
  const { verdict: _____, checksums, ...metadata } = await readJson('metadata.json');
  const sums = {
    ...(checksums as Record<string, string>),
    'metrics.json': createHash('sha256').update(text).digest('hex'),
  };
  const stored = { ...metadata, format: 2, model: `pattern/${version}`, version, checksums: sums };
  await writeFile(join(early, 'metadata.json'), JSON.stringify(stored));

  for (const sort of MODEL_ORDERS) {
    const { models } = dataOf(await send<ModelList>('GET', `/models?sort=${sort}`));
    expect(models.find((model) => model.version === version)).toMatchObject({ verdict: null, problem: null });
    if (sort === 'edge') expect(models.at(-1)).toMatchObject({ version });
  }
  const shown = dataOf(await send<ModelDetails>('GET', `/models/pattern/${version}`));
  expect(shown.bars).toEqual(shown.metadata.fingerprints.map((one) => ({ ...one, state: 'unchanged' })));
  expect(shown.metrics).not.toHaveProperty('verdict');
  const compared = dataOf(
    await send<ModelComparison>('GET', `/models/compare?models=pattern/1h_v1,pattern/${version}`),
  );
  expect(compared.warnings).toEqual([expect.stringMatching(/^An earlier version stored one of the models/)]);
  const predicted = dataOf(await predict({ ...ASK, last: 5 }, `pattern/${version}`));
  expect(predicted.predictions).toEqual(dataOf(await predict({ ...ASK, last: 5 })).predictions);
  const { operation_id } = dataOf(
    await api.post<OperationStarted>(`/models/pattern/${version}/backtest`, {}),
  );
  expect(await api.untilEnded(operation_id)).toMatchObject({ status: 'completed' });
  expect((await send('DELETE', `/models/pattern/${version}`)).status).toBe(200);
});

test('a model with damaged metadata is listed, every use fails with the reason, and it can be deleted', async () => {
  const { path } = dataOf(await send<ModelList>('GET', '/models')).models[0]!;
  const broken = `${dirname(path)}/1h_v77`;
  await cp(path, broken, { recursive: true });
  await writeFile(`${broken}/metadata.json`, '{"format": 2, "ra');
  for (const sort of MODEL_ORDERS) {
    const { models } = dataOf(await send<ModelList>('GET', `/models?sort=${sort}`));
    expect(models.find(({ version }) => version === '1h_v77')).toMatchObject({
      model: 'pattern/1h_v77',
      timeframe: '1h',
      created_at: null,
      damage: { file: 'metadata.json', reason: expect.stringMatching(/^is not valid JSON: /) },
      problem: expect.stringContaining('ktrdr models delete pattern/1h_v77'),
    });
  }
  for (const each of [
    { method: 'GET', path: '/models/pattern/1h_v77' },
    { method: 'GET', path: '/models/compare?models=pattern/1h_v1,pattern/1h_v77' },
    { path: '/models/pattern/1h_v77/predict', body: JSON.stringify(ASK) },
  ]) {
    const { code, message } = await refusal(api.url, each);
    expect({ code, message }).toEqual({
      code: '422 model_damaged',
      message: expect.stringContaining(`${broken}/metadata.json is not valid JSON`),
    });
  }
  expect((await send('DELETE', '/models/pattern/1h_v77')).status).toBe(200);
});

test('a stop of the API ends its running predictions', async () => {
  const waiting = predict({ ...ASK, last: 1000 }).then(
    ({ status }) => status,
    () => 'closed',
  );
  await until(
    'the prediction runs',
    () => sandbox.processes('prediction'),
    ({ length }) => length > 0,
  );
  expect(await api.stop()).toMatchObject({ code: 0 });
  expect([503, 'closed']).toContain(await waiting);
  expect(await sandbox.processes()).toEqual([]);
});
