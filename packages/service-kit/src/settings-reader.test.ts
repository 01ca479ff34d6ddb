import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { SettingsReader } from './settings-reader.js';

type Read = (read: SettingsReader) => unknown;

const boolean: Read = (read) => read.boolean('X', false);
const integer: Read = (read) => read.integer('X', 5, { min: 1, max: 64 });
const choice: Read = (read) => read.choice('X', 'auto', ['auto', 'cpu']);
const url: Read = (read) => read.url('X', 'http://localhost:5002');
const hostNames: Read = (read) => read.hostNames('X');
const networks: Read = (read) => read.networks('X');
const origins: Read = (read) => read.origins('X');
const optionalPath: Read = (read) => read.optionalPath('X');
const path: Read = (read) => read.path('X', 'data');

function readOf(value: string | undefined, read: Read): unknown {
  return read(new SettingsReader({ X: value }));
}

test.each<[string | undefined, Read, unknown]>([
  [undefined, boolean, false],
  ['', boolean, false],
  ['true', boolean, true],
  [' YES ', boolean, true],
  ['1', boolean, true],
  ['off', boolean, false],
  [undefined, integer, 5],
  ['  ', integer, 5],
  ['1', integer, 1],
  ['64', integer, 64],
  ['CPU', choice, 'cpu'],
  ['https://gpu.example:5002///', url, 'https://gpu.example:5002'],
  [undefined, url, 'http://localhost:5002'],
  [undefined, hostNames, []],
  [' , ', hostNames, []],
  ['gateway,', hostNames, ['gateway']],
  [
    ' KTRDR.example , 10.0.0.1,::1,[2001:db8::1]',
    hostNames,
    ['ktrdr.example', '10.0.0.1', '::1', '2001:db8::1'],
  ],
  [undefined, networks, []],
  ['192.0.2.1, 10.0.0.0/8,::1,2001:db8::/32', networks, ['192.0.2.1', '10.0.0.0/8', '::1', '2001:db8::/32']],
  ['', origins, []],
  ['https://a.example,http://localhost:5173', origins, ['https://a.example', 'http://localhost:5173']],
  [' ', optionalPath, null],
  ['tls/cert.pem', optionalPath, `${process.cwd()}/tls/cert.pem`],
  ['/srv/bars', path, '/srv/bars'],
  ['bars/../data', path, `${process.cwd()}/data`],
])('X=%s is read', (value, read, expected) => {
  expect(readOf(value, read)).toEqual(expected);
});

describe('an invalid value is reported with its name and the allowed values', () => {
  test.each<[string, Read, string]>([
    ['maybe', boolean, 'true or false'],
    ['0', integer, 'a whole number from 1 to 64'],
    ['65', integer, 'a whole number from 1 to 64'],
    ['1.5', integer, 'a whole number from 1 to 64'],
    ['-1', integer, 'a whole number from 1 to 64'],
    ['1e1', integer, 'a whole number from 1 to 64'],
    ['0x10', integer, 'a whole number from 1 to 64'],
    ['ten', integer, 'a whole number from 1 to 64'],
    ['gpu', choice, 'one of auto, cpu'],
    ['localhost:5002', url, 'an http or https address such as http://localhost:5002'],
    ['ftp://localhost', url, 'an http or https address such as http://localhost:5002'],
    ['*', hostNames, 'host names separated by commas, such as ktrdr.example,gateway'],
    ['ktrdr.example:8000', hostNames, 'host names separated by commas, such as ktrdr.example,gateway'],
    ['http://ktrdr.example', hostNames, 'host names separated by commas, such as ktrdr.example,gateway'],
    ['a b', hostNames, 'host names separated by commas, such as ktrdr.example,gateway'],
    ...['*', 'gateway', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0', '::/129', '10.0.0.1:80'].map(
      (text): [string, Read, string] => [
        text,
        networks,
        'IP addresses or networks separated by commas, such as 192.0.2.10,10.0.0.0/8',
      ],
    ),
    ...['*', 'https://*.example', 'null', 'https://a.example/', 'a.example', 'https://A.example'].map(
      (text): [string, Read, string] => [
        text,
        origins,
        'exact origins separated by commas, such as https://ktrdr.example,http://localhost:5173: scheme, name and port, without a path and without *',
      ],
    ),
    ['::', url, 'an http or https address such as http://localhost:5002'],
  ])('X=%s', (value, read, allowed) => {
    const error = errorOf(() => readOf(value, read));
    expect(error.code).toBe('invalid_setting');
    expect(error.message).toBe(`The setting X=${value} is not valid: it must be ${allowed}.`);
    expect(error.details).toEqual({ name: 'X', value });
  });
});

function errorOf(act: () => unknown): KtrdrError {
  try {
    act();
  } catch (error) {
    if (error instanceof KtrdrError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('an invalid setting is shown without its login, and a secret is hidden from then on', () => {
  const read = new SettingsReader({ X: 'ftp://me:correct-horse@host', Y: 'me:battery-staple@host:5002' });
  expect(() => read.url('X', 'http://localhost:5002')).toThrow('The setting X=ftp://***@host is not valid');
  expect(() => read.url('Y', 'http://localhost:5002')).toThrow('The setting Y=***@host:5002 is not valid');
});
