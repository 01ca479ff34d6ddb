import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { orchestratorLogger, ServiceLogger } from './service-logger.js';
import { SettingsReader } from './settings-reader.js';

let written = '';

beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** What a logger writes for one call. */
function line(json: boolean, write: (log: ReturnType<typeof orchestratorLogger>) => void): string {
  written = '';
  write(orchestratorLogger(new ServiceLogger({ json }), 'Test'));
  return written;
}

test('an error keeps name, code, message, stack and cause', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const error = new KtrdrError('host_lost', 'The host is gone.', { cause, details: { session: 's1' } });
  const record = JSON.parse(
    line(true, (log) => log.error('operation failed', { error, operation_id: 'op' })),
  );
  expect(record).toMatchObject({
    level: 'error',
    message: 'operation failed',
    context: 'Test',
    operation_id: 'op',
    error: {
      name: 'KtrdrError',
      code: 'host_lost',
      message: 'The host is gone.',
      details: { session: 's1' },
      stack: expect.stringContaining('service-logger.test'),
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    },
  });
  const readable = line(false, (log) => log.error('operation failed', { error }));
  expect(readable).toContain('"code":"host_lost"');
  expect(readable.trimEnd()).not.toContain('\n');
});

test('an error with a JSON form of its own shows nothing else', () => {
  const toJSON = (): object => ({ config: { headers: { authorization: 'ktrdr-hmac-sha256 signature=1' } } });
  const error = Object.assign(new Error('timeout'), { code: 'ECONNABORTED', toJSON });
  const record = JSON.parse(line(true, (log) => log.error('failed', { error, list: [error] })));
  const told = { name: 'Error', message: 'timeout', code: 'ECONNABORTED', stack: expect.any(String) };
  expect(record).toMatchObject({ error: told, list: [told] });
  expect(written).not.toContain('authorization');
});

test('a field never replaces the message', () => {
  expect(
    JSON.parse(line(true, (log) => log.info('told', { message: 'forged', level: 'fatal' }))),
  ).toMatchObject({
    message: 'told',
    level: 'log',
  });
});

describe.each([true, false])('JSON: %s', (json) => {
  test('a record is one line without control characters, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        const hostile = `${text}\n\r\u2028\u202e\u009b31m\u001b[2J`;
        const told = line(json, (log) =>
          log.warn(hostile, { [hostile]: value, hostile, error: new Error(hostile), big: 1n }),
        );
        expect(told.endsWith('\n')).toBe(true);
        // the logger's own colours are no part of the record
        // oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
        const record = told.slice(0, -1).replaceAll(/\u001b\[[0-9;]*m/g, '');
        expect(record).not.toMatch(
          // oxlint-disable-next-line no-control-regex -- these are what must not be there
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}]/u,
        );
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('secrets of all settings are hidden: in messages, fields, errors and causes', () => {
    const password = fc
      .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 30 })
      .filter((text) => text.trim() === text && text.length >= 8);
    fc.assert(
      fc.property(
        password,
        fc.constantFrom(
          'TRAINING_QUEUE_URL',
          'DATABASE_URL',
          'TRAINING_HOST_SERVICE_URL',
          'POSTGRES_PASSWORD',
          'TRAINING_HOST_SECRET',
          'KTRDR_TOKEN',
        ),
        (secret, name) => {
          const encoded = encodeURIComponent(secret);
          const value = name.endsWith('URL') ? `redis://user:${encoded}@127.0.0.1:1/0` : secret;
          new SettingsReader({ [name]: value });
          const cause = new Error(`login with ${secret} (${encoded}) refused`);
          const error = new KtrdrError('queue_unreachable', `no answer of ${value}`, {
            cause,
            details: { value },
          });
          const told = line(json, (log) =>
            log.error(`asking ${value}`, {
              failed: { url: value },
              other: new Error('no', { cause: error }),
            }),
          );
          const shown = JSON.stringify(secret).slice(1, -1);
          for (const form of [secret, encoded, shown, JSON.stringify(shown).slice(1, -1)])
            if (!'***'.includes(form)) expect(told.includes(form)).toBe(false);
          expect(JSON.stringify(error.toBody()).includes(encoded)).toBe(false);
        },
      ),
      { numRuns: Math.min(propertyRuns(), 50), examples: [['! %00  !', 'TRAINING_HOST_SECRET']] },
    );
  });
});
