import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addFilters, type FilterOptions, filterQuery, filterText, hasFilter } from './operation-filters.js';

const NOW = Date.parse('2026-11-30T10:00:00Z');

function parsed(...words: string[]): FilterOptions {
  const command = addFilters(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts();
}

test('filters become the query of the API', () => {
  const filters = parsed(
    '--status',
    'failed, cancelled',
    '--type',
    'training',
    '--since',
    '1d',
    '--search',
    'AAPL',
  );
  expect(filterQuery(filters, NOW)).toEqual({
    status: 'failed,cancelled',
    type: 'training',
    since: '2026-11-29T10:00:00.000Z',
    until: undefined,
    search: 'AAPL',
  });
  expect(filterText(filters, NOW)).toBe("failed or cancelled, training, since 2026-11-29 10:00, with 'AAPL'");
  expect(hasFilter(filters)).toBe(true);
  expect(hasFilter(parsed())).toBe(false);
});

describe('--since', () => {
  test.each([
    ['90s', '2026-11-30T09:58:30.000Z'],
    ['30m', '2026-11-30T09:30:00.000Z'],
    ['30 min', '2026-11-30T09:30:00.000Z'],
    ['2h', '2026-11-30T08:00:00.000Z'],
    ['2W', '2026-11-16T10:00:00.000Z'],
    ['2026-01-05', '2026-01-05'],
    ['2026-01-05T10:00:00+01:00', '2026-01-05T10:00:00+01:00'],
  ])('%s', (text, since) => {
    expect(filterQuery(parsed('--since', text), NOW).since).toBe(since);
  });

  test.each(['', 'yesterday', '1', '1y', '-1d', '2026-13-01', '2026-01-05 10:00', '99999999999999999d'])(
    'refuses %j',
    (text) => {
      expect(() => parsed(`--since=${text}`)).toThrow('It must be a duration such as 30m');
    },
  );
});

test('a misspelt status is answered with the nearest one', () => {
  expect(() => parsed('--status', 'completed,faild')).toThrow(
    /'faild' is not one of .* Did you mean failed\?/,
  );
});
