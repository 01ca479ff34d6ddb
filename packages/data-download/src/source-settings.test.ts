import { describe, expect, test } from '@jest/globals';
import { readSources } from './source-settings.js';

const read = (sources: unknown[], names: string[] = []): ReturnType<typeof readSources> =>
  readSources(names, { path: '/etc/sources.json', text: JSON.stringify({ sources }) });

const CSV = { name: 'daily', kind: 'csv', url: 'https://bars.example/d?s={symbol}&i=d' };

test('no source is there by default', () => {
  expect(readSources([], null).size).toBe(0);
});

test('known sources need only their names, others are described', () => {
  const sources = read(
    [
      { ...CSV, terms: 'https://bars.example/terms', requests_per_minute: 6 },
      { name: 'binance-us', kind: 'binance', url: 'https://api.binance.us/' },
      { name: 'bybit', kind: 'ccxt', exchange: 'bybit', hosts: ['api.bybit.com'] },
    ],
    ['binance', 'kraken'],
  );
  expect(
    [...sources.values()].map(({ description: { timeframes, ...others } }) => ({
      ...others,
      timeframes: timeframes.length,
    })),
  ).toEqual([
    {
      name: 'binance',
      kind: 'binance',
      hosts: ['api.binance.com'],
      timeframes: 8,
      terms: 'https://www.binance.com/en/terms',
      requests_per_minute: 300,
    },
    {
      name: 'kraken',
      kind: 'kraken',
      hosts: ['api.kraken.com'],
      timeframes: 8,
      terms: 'https://www.kraken.com/legal',
      requests_per_minute: 30,
    },
    {
      name: 'daily',
      kind: 'csv',
      hosts: ['bars.example'],
      timeframes: 1,
      terms: 'https://bars.example/terms',
      requests_per_minute: 6,
    },
    {
      name: 'binance-us',
      kind: 'binance',
      hosts: ['api.binance.us'],
      timeframes: 8,
      terms: null,
      requests_per_minute: 300,
    },
    {
      name: 'bybit',
      kind: 'ccxt',
      hosts: ['api.bybit.com'],
      timeframes: 8,
      terms: null,
      requests_per_minute: 30,
    },
  ]);
});

describe('a setting that is not valid names what is wrong', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an unknown name',
      () => readSources(['stooq'], null),
      'The setting DATA_SOURCES is not valid: stooq is not one of binance, kraken. Describe other sources in DATA_SOURCES_FILE (docs/download.md).',
    ],
    ['a name that every object has', () => readSources(['constructor'], null), 'constructor is not one of'],
    ['no JSON', () => readSources([], { path: '/x.json', text: '{' }), '/x.json is not JSON: '],
    ['no list', () => readSources([], { path: '/x.json', text: '{}' }), '/x.json: sources: '],
    ['a twin', () => read([CSV, CSV]), 'two sources have the name daily.'],
    [
      'a known name again',
      () => read([{ ...CSV, name: 'kraken' }], ['kraken']),
      'two sources have the name kraken.',
    ],
    ['another kind', () => read([{ ...CSV, kind: 'ftp' }]), 'sources.0.kind: '],
    [
      'a capital',
      () => read([{ ...CSV, name: 'Daily' }]),
      'sources.0.name: must be 1 to 32 lower-case letters, digits and "-"',
    ],
    [
      'no {symbol}',
      () => read([{ ...CSV, url: 'https://bars.example/' }]),
      'sources.0.url: must have {symbol} in its path or query',
    ],
    [
      '{symbol} as the host',
      () => read([{ ...CSV, url: 'https://{symbol}.example/' }]),
      'sources.0.url: must have {symbol} in its path or query',
    ],
    [
      '{symbol} as the port',
      () => read([{ ...CSV, url: 'https://bars.example:{symbol}/' }]),
      'sources.0.url: ',
    ],
    [
      'a file',
      () => read([{ ...CSV, url: 'file:///etc/{symbol}' }]),
      'sources.0.url: must be an address such as https://api.example.com',
    ],
    ['a rate of 0', () => read([{ ...CSV, requests_per_minute: 0 }]), 'sources.0.requests_per_minute: '],
    ['an unknown field', () => read([{ ...CSV, headers: {} }]), 'headers'],
    [
      'no hosts',
      () => read([{ name: 'x', kind: 'ccxt', exchange: 'bybit', hosts: [] }]),
      'sources.0.hosts: ',
    ],
    [
      'a host with a port',
      () => read([{ name: 'x', kind: 'ccxt', exchange: 'bybit', hosts: ['a.example:80'] }]),
      'sources.0.hosts.0: must be a host name in lower case, without a port',
    ],
  ])('%s', (_name, work, message) => {
    expect(work).toThrow(
      expect.objectContaining({ code: 'invalid_setting', message: expect.stringContaining(message) }),
    );
  });
});
