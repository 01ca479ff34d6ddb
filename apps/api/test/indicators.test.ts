import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ComputeIndicatorResponse, IndicatorList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, Sandbox } from '@ktrdr/service-kit/testing';
import { describeIndicators } from '@ktrdr/strategy';
import type { TestService } from '@ktrdr/service-kit/testing';

const DAYS = 60;
/** Closes that rise by 1 per day from Monday 2024-01-01, also on weekends. */
const day = (index: number): string => new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);

let sandbox: Sandbox;
let api: TestService;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  const rows = Array.from(
    { length: DAYS },
    (_, t) => `${day(t)},${100 + t},${101 + t},${99 + t},${100 + t},${t}`,
  );
  await writeFile(
    join(sandbox.dataDir, 'UP_1d.csv'),
    ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n'),
  );
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'EURUSD',
    timeframe: '1m',
    startDate: '2023-01-01',
    endDate: '2023-12-31',
  });
  api = await sandbox.startApi('api');
});

afterAll(() => sandbox.close());

const compute = (body: object) => api.post<ComputeIndicatorResponse>('/indicators/compute', body);

test('GET /indicators describes each indicator completely', async () => {
  const { indicators } = dataOf(await api.get<IndicatorList>('/indicators'));
  expect(indicators).toEqual(describeIndicators());
  expect(indicators.find(({ type }) => type === 'bollingerbands')).toEqual({
    type: 'bollingerbands',
    summary: 'Bollinger bands: a simple average and deviations around it',
    aliases: ['bbands', 'bb', 'bollinger', 'bollingerband'],
    parameters: [
      expect.objectContaining({ name: 'period', kind: 'whole', default: 20, min: 2, max: 200 }),
      {
        name: 'multiplier',
        kind: 'real',
        default: 2,
        min: 0,
        max: 10,
        min_exclusive: true,
        max_exclusive: false,
        options: null,
        aliases: ['std_dev'],
        no_effect: null,
      },
      expect.objectContaining({
        name: 'source',
        default: 'close',
        options: ['open', 'high', 'low', 'close', 'volume'],
      }),
    ],
    outputs: ['upper', 'middle', 'lower'],
    warm_up: [19, 19, 19],
    look_ahead: null,
  });
});

describe('POST /indicators/compute', () => {
  test('gives one array per output, with null during the warm-up', async () => {
    const body = { symbol: 'UP', timeframe: '1d', type: 'SMA', params: { period: 3 } };
    expect(dataOf(await compute(body))).toEqual({
      symbol: 'UP',
      timeframe: '1d',
      type: 'sma',
      params: { period: 3, source: 'close' },
      timestamps: Array.from({ length: DAYS }, (_, t) => day(t)),
      outputs: { sma: Array.from({ length: DAYS }, (_, t) => (t < 2 ? null : 99 + t)) },
      warnings: [],
    });
  });

  test('uses bars before the start date for the warm-up, so that the dates change no value', async () => {
    const body = { symbol: 'UP', timeframe: '1d', type: 'macd', params: { fast: 3, slow: 5, signal: 2 } };
    const whole = dataOf(await compute(body));
    const part = dataOf(await compute({ ...body, start_date: day(20), end_date: day(29) }));
    expect(part.timestamps).toEqual(whole.timestamps.slice(20, 30));
    for (const [name, values] of Object.entries(part.outputs)) {
      expect(values).toEqual(whole.outputs[name]!.slice(20, 30));
    }
    expect(Object.keys(part.outputs)).toEqual(['line', 'signal', 'histogram']);
  });

  test('computes indicators that look ahead, with a warning', async () => {
    const { outputs, warnings } = dataOf(await compute({ symbol: 'UP', timeframe: '1d', type: 'zigzag' }));
    expect(outputs.zigzag![0]).toBe(100);
    expect(warnings).toEqual([expect.stringContaining('Strategies must not use zigzag')]);
  });

  test('warns about a parameter without effect', async () => {
    const body = { symbol: 'UP', timeframe: '1d', type: 'ema', params: { adjust: false } };
    expect(dataOf(await compute(body)).warnings).toEqual([
      'adjust has no effect: the average is seeded as TA-Lib does it',
    ]);
  });

  test.each<[object, number, string, string]>([
    [{ type: 'rsj' }, 404, 'indicator_not_found', 'Did you mean "rsi"?'],
    [{ symbol: 'DOWN' }, 404, 'bars_not_found', 'There are no 1d bars of DOWN'],
    [{ symbol: '../UP' }, 400, 'invalid_name', '../UP'],
    [{ timeframe: '2d' }, 400, 'invalid_name', '2d'],
    [{ params: { period: 1 } }, 400, 'invalid_request', 'period is 1; must be a whole number from 2 to 100'],
    [{ params: { perod: 9 } }, 400, 'invalid_request', 'unknown parameter "perod"; did you mean "period"?'],
    [{ params: { period: '9' } }, 400, 'invalid_request', 'period is "9"; must be a whole number'],
    [{ params: [1] }, 400, 'invalid_request', 'params'],
    [{ type: 7 }, 400, 'invalid_request', 'type'],
    [{ start_date: '2024-02-31' }, 400, 'invalid_date', '2024-02 has 29 days'],
    [{ start_date: '2024-02-02', end_date: '2024-01-02' }, 400, 'invalid_date_range', 'swap them'],
    [{ start_date: '2030-01-01' }, 422, 'no_bars_in_range', 'Choose dates inside that range'],
    [{ perod: 9 }, 400, 'invalid_request', 'unknown option "perod"'],
    [
      { symbol: 'EURUSD', timeframe: '1m' },
      400,
      'invalid_request',
      'bars are too many for one answer. The limit for this indicator is 250,000',
    ],
  ])('%j is rejected with %i %s', async (part, status, code, message) => {
    const answer = await compute({ symbol: 'UP', timeframe: '1d', type: 'rsi', ...part });
    expect(answer).toEqual({
      status,
      body: {
        success: false,
        error: expect.objectContaining({ code, message: expect.stringContaining(message) }),
      },
    });
  });
});

test('ktrdr indicators compute --json prints whole arrays', async () => {
  const args = ['indicators', 'compute', 'stoch', '--symbol', 'UP', '--timeframe', '1d', '--json'];
  const cli = sandbox.ktrdr(api, [...args, '--params', 'k_period=2,smooth=1,d_period=1']);
  expect(await cli.ended).toEqual({ code: 0, signal: null });
  const { outputs } = JSON.parse(cli.output) as ComputeIndicatorResponse;
  // The close is 2 above the lower low and 1 below the higher high.
  expect(outputs.k).toEqual(
    [null, ...Array.from({ length: DAYS - 1 }, () => 200 / 3)].map((k) => k && expect.closeTo(k, 9)),
  );
});
