import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  BacktestOperation,
  BacktestResult,
  ModelDetails,
  OperationList,
  OperationStarted,
  StartBacktestRequest,
  Trade,
} from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, filesBelow, QUICK, Sandbox, type TestService } from '@ktrdr/service-kit/testing';
import { refusal } from './refusal.js';

const MODEL = 'pattern/1h_v1';

let sandbox: Sandbox;
let api: TestService;
let testStart: string;

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
  api = await sandbox.startApi('api');
  const id = await api.startTraining({ strategy: QUICK, seed: 1 });
  expect(await api.untilEnded(id)).toMatchObject({ status: 'completed' });
  testStart = dataOf(await api.get<ModelDetails>(`/models/${MODEL}`)).metadata.test_part!.start;
});
afterAll(() => sandbox.close());

async function start(request: StartBacktestRequest = {}): Promise<string> {
  return dataOf(await api.post<OperationStarted>(`/models/${MODEL}/backtest`, request)).operation_id;
}

async function backtest(request: StartBacktestRequest = {}): Promise<{ id: string; result: BacktestResult }> {
  const id = await start(request);
  const ended = (await api.untilEnded(id)) as BacktestOperation;
  if (ended.result === null) throw new Error(JSON.stringify(ended.error));
  return { id, result: ended.result };
}

async function trades(id: string, format: string): Promise<string> {
  const response = await fetch(`${api.url}/operations/${id}/trades/${format}`);
  expect(response.status).toBe(200);
  return response.text();
}

const folder = (): string => sandbox.path('api-state', 'backtests');

describe('a backtest', () => {
  test('covers the test part up to the last bar, and gives its trades as CSV and as JSON', async () => {
    const { id, result } = await backtest();
    const { report } = result;
    // repeats the training's own backtest: no new trial
    expect(result).toMatchObject({ model: MODEL, untrained_symbols: [], trials_on_these_bars: 1 });
    expect(result.deflated_sharpe).toBeGreaterThan(0);
    expect(report).toMatchObject({
      in_sample: false,
      symbols: ['AAPL'],
      timeframe: '1h',
      assumptions: { capital: 10_000, commission_bps: 5, slippage_bps: 2, spread_bps: 2 },
      warnings: ['AAPL_1h.csv: synthetic bars. Results on them say nothing about a market.'],
    });
    expect(Date.parse(report.start)).toBe(Date.parse(testStart));
    expect(report.end).toMatch(/^2023-12-29T/);
    const list = JSON.parse(await trades(id, 'json')) as Trade[];
    expect(list).toHaveLength(report.figures.trades);
    expect(list.length).toBeGreaterThan(0);
    const [head, ...lines] = (await trades(id, 'csv')).trimEnd().split('\n');
    const columns = head!.split(',') as (keyof Trade)[];
    expect(lines).toEqual(list.map((trade) => columns.map((column) => trade[column]).join(',')));
    const profit = list.reduce((sum, trade) => sum + trade.profit, 0);
    expect(profit / report.assumptions.capital).toBeCloseTo(report.figures.net_return, 9);
  });

  test('is the same each time, and follows the requested assumptions', async () => {
    const request: StartBacktestRequest = {
      start_date: '2023-12-01',
      end_date: '2023-12-15',
      capital: 500,
      commission_bps: 0,
      slippage_bps: 1.5,
      spread_bps: 0,
      sizing: { type: 'fixed_fraction', fraction: 0.25 },
      allow_short: true,
      stop_loss: 0.02,
      take_profit: null,
    };
    const { result } = await backtest(request);
    expect((await backtest(request)).result).toEqual(result);
    expect(result.report.assumptions).toMatchObject({
      capital: 500,
      commission_bps: 0,
      slippage_bps: 1.5,
      sizing: { type: 'fixed_fraction', fraction: 0.25 },
      allow_short: true,
      stop_loss: 0.02,
      take_profit: null,
    });
    expect(result.report.start).toMatch(/^2023-12-01T/);
    expect(result.report.end).toMatch(/^2023-12-15T/);
  });

  test('is a trial if its rules or its range were chosen after the training; other costs are none', async () => {
    const before = (await backtest()).result.trials_on_these_bars!;
    const costly = { commission_bps: 20, capital: 500 };
    const start_date = testStart;
    expect((await backtest({ ...costly, start_date })).result.trials_on_these_bars).toBe(before);
    const stopped = (await backtest({ stop_loss: 0.03 })).result;
    expect(stopped.trials_on_these_bars).toBe(before + 1);
    expect((await backtest({ ...costly, stop_loss: 0.03 })).result.trials_on_these_bars).toBe(before + 1);
    expect((await backtest({ stop_loss: 0.04 })).result.trials_on_these_bars).toBe(before + 2);
    // the figures of bars that the model knows say nothing, but somebody looked
    const known = (await backtest({ start_date: '2023-06-01', in_sample: true })).result;
    expect(known).toMatchObject({ trials_on_these_bars: before + 3, deflated_sharpe: null });
    const retrained = await api.untilEnded(await api.startTraining({ strategy: QUICK, seed: 2 }));
    expect(retrained.result).toMatchObject({ verdict: { trials_on_these_bars: before + 4 } });
  });

  test('on bars that the model was trained on is refused, and marked if the request allows it', async () => {
    const body = { start_date: '2023-06-01' };
    const { code, message } = await refusal(api.url, {
      path: `/models/${MODEL}/backtest`,
      body: JSON.stringify(body),
    });
    expect(code).toBe('422 range_in_sample');
    expect(message).toContain(testStart.replace('.000Z', 'Z'));
    expect((await backtest({ ...body, in_sample: true })).result.report.in_sample).toBe(true);
    // the range decides, not the request
    expect((await backtest({ start_date: testStart, in_sample: true })).result.report.in_sample).toBe(false);
    const before = { start_date: '2022-01-01', end_date: '2022-12-31' };
    expect(await api.untilEnded(await start(before))).toMatchObject({
      status: 'failed',
      error: { code: 'no_bars_in_range' },
    });
  });

  test('on other symbols names them', async () => {
    const { result } = await backtest({ symbols: ['AAPL', 'GOOG', 'AAPL'] });
    expect(result.untrained_symbols).toEqual(['GOOG']);
    expect(result.report).toMatchObject({
      symbols: ['AAPL', 'GOOG'],
      warnings: [
        'AAPL_1h.csv and GOOG_1h.csv: synthetic bars. Results on them say nothing about a market.',
        `${MODEL} was not trained on GOOG but on AAPL.`,
      ],
    });
  });
});

describe('leaves nothing behind', () => {
  const listed = async (): Promise<number> =>
    dataOf(await api.get<OperationList>('/operations?type=backtest')).total_count;

  test.each<[string, unknown, string, RegExp]>([
    ['negative costs', { commission_bps: -1 }, '400 invalid_request', /commission_bps must be at least 0/],
    ['no capital', { capital: 0 }, '400 invalid_request', /capital must be above 0/],
    ['too much capital', { capital: 1e308 }, '400 invalid_request', /capital must be at most/],
    ['costs above the value', { spread_bps: 20_000 }, '400 invalid_request', /spread_bps must be at most/],
    [
      'too large a share',
      { sizing: { type: 'fixed_fraction', fraction: 2 } },
      '400 invalid_request',
      /fraction/,
    ],
    ['an unknown sizing', { sizing: { type: 'kelly' } }, '400 invalid_request', /sizing must be/],
    [
      'a sizing without its amount',
      { sizing: { type: 'fixed_fraction' } },
      '400 invalid_request',
      /sizing must be/,
    ],
    ['a stop at 150 %', { stop_loss: 1.5 }, '400 invalid_request', /stop_loss must be below 1/],
    ['a negative stop', { stop_loss: -0.1 }, '400 invalid_request', /stop_loss must be above 0/],
    ['an unknown option', { leverage: 3 }, '400 invalid_request', /unknown option "?leverage/],
    ['no symbol', { symbols: [] }, '400 invalid_request', /symbols must not be empty/],
    ['another timeframe', { timeframe: '4h' }, '422 wrong_timeframe', /trained on 1h bars, not on '4h'/],
    ['a symbol without bars', { symbols: ['MSFT'] }, '404 bars_not_found', /no 1h bars of MSFT/],
    ['a symbol that is a path', { symbols: ['../x'] }, '400 invalid_name', /\S/],
    ['no date', { start_date: 'soon' }, '400 invalid_date', /start date/],
    [
      'an inverted range',
      { start_date: '2023-12-20', end_date: '2023-12-01' },
      '400 invalid_date_range',
      /swap/,
    ],
    ['an early end', { end_date: '2023-02-01' }, '400 invalid_date_range', /before .* Give a start date too/],
  ])('a request with %s', async (_, body, code, message) => {
    const before = await listed();
    const refused = await refusal(api.url, {
      path: `/models/${MODEL}/backtest`,
      body: JSON.stringify(body),
    });
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect(await listed()).toBe(before);
  });

  test.each([
    ['pattern/1h_v9', '404 model_not_found'],
    ['pattern/%2e%2e', '400 invalid_name'],
  ])('a backtest of %s: %s', async (model, code) => {
    expect((await refusal(api.url, { path: `/models/${model}/backtest`, body: '{}' })).code).toBe(code);
  });

  test('a cancel, of a backtest that runs or waits', async () => {
    const ids = await Promise.all([start(), start(), start()]);
    await Promise.all(ids.map((id) => api.post(`/operations/${id}/cancel`)));
    const ended = await Promise.all(ids.map((id) => api.untilEnded(id)));
    const cancelled = ended.filter(({ status }) => status === 'cancelled');
    expect(cancelled.length).toBeGreaterThan(0);
    expect(await sandbox.processes('backtest-process')).toEqual([]);
    const kept = await readdir(folder());
    for (const { operation_id } of cancelled) expect(kept).not.toContain(operation_id);
    expect(await filesBelow(join(folder(), '.staging'))).toEqual([]);
  });

  test('a backtest that fails', async () => {
    const id = await start({ start_date: '2024-06-01' });
    expect(await api.untilEnded(id)).toMatchObject({
      status: 'failed',
      error: { code: 'no_bars_in_range', message: expect.stringContaining('AAPL_1h.csv has') },
    });
    expect(await readdir(folder())).not.toContain(id);
    expect(await filesBelow(join(folder(), '.staging'))).toEqual([]);
    const { code, message } = await refusal(api.url, { method: 'GET', path: `/operations/${id}/trades/csv` });
    expect(code).toBe('404 trades_not_found');
    expect(message).toContain('it is failed, not completed');
  });

  test('a model whose classes are not decisions', async () => {
    const file = sandbox.path('api-models', 'pattern', '1h_v1', 'metadata.json');
    const text = await readFile(file, 'utf8');
    const changed = { ...(JSON.parse(text) as object), output_type: 'regime_classification' };
    await writeFile(file, JSON.stringify(changed));
    const { code } = await refusal(api.url, { path: `/models/${MODEL}/backtest`, body: '{}' });
    await writeFile(file, text);
    expect(code).toBe('422 no_decisions');
  });
});

test('trades are refused in another format, for an unknown operation and for a training', async () => {
  const get = (path: string) => refusal(api.url, { method: 'GET', path });
  const { id } = await backtest();
  expect((await get(`/operations/${id}/trades/xlsx`)).code).toBe('400 invalid_name');
  expect((await get('/operations/op_backtest_20260101T000000_aaaa/trades/csv')).code).toBe(
    '404 operation_not_found',
  );
  const { operations } = dataOf(await api.get<OperationList>('/operations?type=training'));
  const { code, message } = await get(`/operations/${operations[0]!.operation_id}/trades/csv`);
  expect(code).toBe('404 trades_not_found');
  expect(message).toContain('it is a training, not a backtest');
});

test('a start removes the trades of operations that were removed, and keeps the others', async () => {
  const { id } = await backtest();
  expect(await readdir(folder())).toContain(id);
  await api.stop();
  api = await sandbox.startApi('api');
  expect(await readdir(folder())).toContain(id);
  await fetch(`${api.url}/operations?older_than_days=0`, { method: 'DELETE' });
  await api.stop();
  api = await sandbox.startApi('api');
  expect((await readdir(folder())).filter((name) => name.startsWith('op_'))).toEqual([]);
});
