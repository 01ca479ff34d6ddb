import { expect, test } from '@jest/globals';
import { meantTimeframe, timeframeHint } from './meant-timeframe.js';
import { TIMEFRAMES } from './names.js';

test.each([
  [
    '1h',
    ['60m', '60min', '60', '1hour', '1 Hour', 'hourly', 'H1', '1H', 'h', '3600s', '1-hour', '60 minutes'],
  ],
  ['4h', ['240m', '240', 'H4', '4hr', '4 hours', '4H']],
  ['1d', ['D', '1D', 'daily', 'D1', '24h', '1440', 'day', '1day']],
  ['1w', ['1W', 'W', 'weekly', '7d', 'W1', '1wk']],
  ['30m', ['M30', '30min', '30', 'm30', '30M']],
  ['15m', ['15', 'M15', '15 min', '900s']],
  ['1m', ['60s', 'M1', 'm', '1min', '1', 'minute']],
])('%s has other notations', (timeframe, texts) => {
  expect(texts.map(meantTimeframe)).toEqual(texts.map(() => timeframe));
});

test('a length without a timeframe and an invalid text give no suggestion', () => {
  const texts = [
    '2h',
    '90m',
    '1M',
    'M',
    ' M ',
    '1 M',
    '1-M',
    'monthly',
    'MN1',
    '',
    ' ',
    '1x',
    'hour1hour',
    '1h1',
    '0',
    '-1h',
    'all',
  ];
  expect(texts.filter((text) => meantTimeframe(text) !== null)).toEqual([]);
  expect(timeframeHint('2h')).toBe('');
  expect(timeframeHint('60m')).toBe('; did you mean "1h"?');
});

test('a timeframe stands for itself', () => {
  expect(TIMEFRAMES.map(meantTimeframe)).toEqual([...TIMEFRAMES]);
});
