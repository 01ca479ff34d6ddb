import { expect, test } from '@jest/globals';
import type { BarsInfo, StartTrainingRequest } from '@ktrdr/contracts';
import { ApiError } from '../../api/api-error.js';
import { availableBars, dateProblems } from './available-range.js';
import { errorFields } from './error-fields.js';
import { strategyCosts } from './strategy-costs.js';
import { EMPTY_FORM, formOf, numberProblems, requestOf } from './training-form.js';

function bars(symbol: string, timeframe: string, first: string | null, last: string | null): BarsInfo {
  return { symbol, timeframe, first, last, rows: 9207 } as BarsInfo;
}

const BARS = [
  bars('AAPL', '1h', '2016-01-04T14:00:00Z', '2021-03-31T19:00:00Z'),
  bars('AAPL', '1d', '2014-07-01', '2021-03-31'),
  bars('GOOG', '1d', '2004-08-19', '2015-03-01'),
  bars('BAD', '1d', null, null),
];

test('an earlier request fills the form, and the form gives the same request', () => {
  const request: StartTrainingRequest = {
    strategy: 'name: a',
    strategy_file: 'a.yaml',
    symbols: ['AAPL'],
    timeframes: ['1h'],
    start_date: '2020-01-01',
    end_date: '2020-12-31T10:00:00Z',
    validation_split: 0.2,
    detailed_analytics: true,
    seed: 0,
    seeds: 3,
    walk_forward: 4,
    walk_forward_window: 1000,
    walk_forward_gap: 10,
    dry_run: true,
    priority: 'high',
    user: 'ann',
  };
  expect(requestOf({ kind: 'text', text: 'name: a', file: 'a.yaml' }, formOf(request))).toEqual(request);
});

test('an option without a field keeps its value, unlike the id and the name of the file', () => {
  const earlier = { strategy_name: 'a', task_id: 't', seed: 1, later_option: 0.5 } as StartTrainingRequest;
  const form = formOf(earlier);
  expect(form.others).toEqual({ later_option: 0.5 });
  expect(requestOf({ kind: 'file', name: 'b' }, form)).toEqual({
    strategy_name: 'b',
    seed: 1,
    later_option: 0.5,
  });
});

test('empty fields are left to the file and the API', () => {
  expect(requestOf({ kind: 'file', name: 'a' }, EMPTY_FORM)).toEqual({ strategy_name: 'a', seed: 42 });
});

test('numbers outside their bounds are named', () => {
  const problems = numberProblems({
    ...EMPTY_FORM,
    seed: '-1',
    seeds: '1',
    validation_split: '1',
    walk_forward_gap: '5',
  });
  expect([...problems.keys()]).toEqual(['seed', 'seeds', 'validation_split', 'walk_forward_gap']);
  expect(numberProblems({ ...EMPTY_FORM, seeds: '2', validation_split: '0.2' }).size).toBe(0);
});

test('available bars are the days of each file, and files that are missing or cannot be read', () => {
  expect(availableBars(BARS, ['AAPL', 'BAD', 'X'], ['1h'])).toEqual({
    files: [{ name: 'AAPL 1h', rows: 9207, first: '2016-01-04', last: '2021-03-31' }],
    missing: ['BAD 1h', 'X 1h'],
  });
});

test('dates without bars of a file, in the wrong order, or of no day have problems', () => {
  const { files } = availableBars(BARS, ['AAPL', 'GOOG'], ['1d']);
  const of = (start_date: string, end_date: string): string[] => [
    ...dateProblems({ start_date, end_date }, files).keys(),
  ];
  expect(of('', '')).toEqual([]);
  expect(of('2000-01-01', '2030-03-31')).toEqual([]);
  // GOOG ends there
  expect(of('2015-03-02', '')).toEqual(['start_date']);
  // AAPL begins there
  expect(of('', '2014-06-30')).toEqual(['end_date']);
  expect(of('2015-02-01', '2015-01-01')).toEqual(['end_date']);
  expect(of('2015-02-30', '2020-13-01')).toEqual(['start_date', 'end_date']);
  expect(of('2015-02-01T10:00:00Z', '')).toEqual([]);
});

test("the API's words stand at the fields that they are about", () => {
  const error = (code: string, details?: unknown): ApiError =>
    new ApiError({ code, message: 'Words', details } as ConstructorParameters<typeof ApiError>[0], 400);
  const problems = [{ path: 'symbols[0]', message: 'symbols must be names' }];
  expect([...errorFields(error('invalid_request', { problems })).fields]).toEqual([
    ['symbols', 'symbols must be names'],
  ]);
  expect([...errorFields(error('invalid_date', { field: 'end_date' })).fields]).toEqual([
    ['end_date', 'Words'],
  ]);
  expect([...errorFields(error('bars_not_found')).fields]).toEqual([['symbols', 'Words']]);
  expect(errorFields(error('over_budget')).rest).not.toBeNull();
  const unknown = [{ path: 'new_field', message: 'is wrong' }];
  expect(errorFields(error('invalid_request', { problems: unknown })).rest).not.toBeNull();
});

test('costs come from the section backtesting of the strategy file', () => {
  expect(strategyCosts('backtesting:\n  transaction_costs: 0.0005\n  spread: 0.00015\nspread: 1\n')).toEqual({
    commission_bps: 5,
    spread_bps: 1.5,
  });
  expect(strategyCosts('backtesting: { slippage: none }')).toEqual({});
});
