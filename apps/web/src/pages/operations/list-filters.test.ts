import { describe, expect, test } from '@jest/globals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { belongs, filtersOf, queryOf } from './list-filters.js';

const NOW = Date.parse('2026-01-10T12:00:00Z');
const NONE = { status: '', type: '', since: '', search: '' };
const training = {
  operation_id: 'op_training_20260110T110000_abcd',
  operation_type: 'training',
  status: 'failed',
  created_at: '2026-01-10T11:00:00.000Z',
  metadata: { strategy: 'Momentum', symbols: ['AAPL'], timeframes: ['1h'], parameters: {} },
} as unknown as TypedOperationSummary;

describe('the filters of an address', () => {
  test('become the query of the API', () => {
    const filters = filtersOf(
      { status: 'failed,cancelled', type: 'training', since: '24h', search: ' a ' },
      NOW,
    );
    expect(queryOf(filters, { offset: 100, limit: 50 })).toEqual({
      status: 'failed,cancelled',
      type: 'training',
      since: '2026-01-09T12:00:00.000Z',
      search: 'a',
      offset: 100,
      limit: 50,
    });
  });

  test('leave out what is not a status, type or time', () => {
    const filters = filtersOf({ status: 'broken', type: 'x,backtest', since: 'soon', search: '' }, NOW);
    expect(filters).toEqual({ statuses: [], types: ['backtest'], since: null, search: '' });
  });

  test('take a date of a shared link', () => {
    expect(filtersOf({ ...NONE, since: '2026-01-05' }, NOW).since).toBe('2026-01-05T00:00:00.000Z');
  });

  test.each([
    [{}, true],
    [{ status: 'failed' }, true],
    [{ status: 'running' }, false],
    [{ type: 'backtest' }, false],
    [{ since: '24h' }, true],
    [{ since: '2026-01-10T11:30:00Z' }, false],
    [{ search: 'aapl momentum' }, true],
    [{ search: 'aapl other' }, false],
    [{ search: 'ABCD' }, true],
  ])('decide whether a new operation belongs: %j', (texts, expected) => {
    expect(belongs(training, filtersOf({ ...NONE, ...texts }, NOW))).toBe(expected);
  });
});
