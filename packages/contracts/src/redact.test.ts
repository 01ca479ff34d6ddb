import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorFromRecord, errorRecord } from './error-record.js';
import { KtrdrError } from './errors.js';
import { hideSecret, redact, redactValue, urlWithoutLogin } from './redact.js';
import { propertyRuns } from './testing/property-runs.js';

test('the login of a URL and the value of an authorization are hidden, whatever was read before', () => {
  expect(redact('connect to redis://default:p@ss:w@10.0.0.1:6379/0 failed')).toBe(
    'connect to redis://***@10.0.0.1:6379/0 failed',
  );
  expect(redact('https://token@host/path?x=a@b')).toBe('https://***@host/path?x=a@b');
  expect(redact('authorization: Bearer abcdef.123456')).toBe('authorization: Bearer ***');
  expect(redact('DELETE /tokens/ktrdr_0123456789ab_4-_xY from')).toBe(
    'DELETE /tokens/ktrdr_0123456789ab_*** from',
  );
  expect(redact('postgres://host/db?password=hunter22&x=1')).toBe('postgres://host/db?password=***&x=1');
  expect(redact('http://localhost:8000/docs and me@example.org')).toBe(
    'http://localhost:8000/docs and me@example.org',
  );
  expect(urlWithoutLogin('http://user:pass@host:5002')).toBe('http://host:5002');
});

test('a secret that was read is found in every form', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8),
      fc.boolean(),
      (password, isInUrl) => {
        const encoded = encodeURIComponent(password);
        hideSecret(isInUrl ? `redis://user:${encoded}@host:6379` : password);
        const basic = Buffer.from(`user:${password}`).toString('base64');
        const told = `a ${password} b ${encoded} c ${JSON.stringify({ password })}${isInUrl ? ` d ${basic}` : ''}`;
        const hidden = redact(told);
        for (const form of [
          password,
          encoded,
          JSON.stringify(password).slice(1, -1),
          ...(isInUrl ? [basic] : []),
        ])
          expect(hidden.replaceAll('***', '').includes(form) && form.length > 6).toBe(false);
      },
    ),
    { numRuns: Math.min(propertyRuns(), 300) },
  );
});

test('a short password, or one that is a name too, does not blank other words', () => {
  hideSecret('ktrdr');
  hideSecret('postgres://postgres:postgres@db:5432/ktrdr');
  expect(redact('ktrdr API uses postgres')).toBe('ktrdr API uses postgres');
  expect(redact('postgres://postgres:postgres@db:5432/ktrdr')).toBe('postgres://***@db:5432/ktrdr');
});

test('keys and texts of a value are searched', () => {
  hideSecret('correct horse');
  expect(redactValue({ 'correct horse': ['is correct horse', 1, null] })).toEqual({
    '***': ['is ***', 1, null],
  });
});

test('an error keeps name, code, message, stack and causes as plain data, without secrets and with bounds', () => {
  hideSecret('battery staple');
  const inner = Object.assign(new Error('connect ECONNREFUSED with battery staple'), {
    code: 'ECONNREFUSED',
  });
  const error = new KtrdrError('queue_unreachable', 'The queue is gone.', {
    details: { port: 1 },
    cause: inner,
  });
  const record = errorRecord(error);
  expect(record).toMatchObject({
    name: 'KtrdrError',
    code: 'queue_unreachable',
    message: 'The queue is gone.',
    details: { port: 1 },
    stack: expect.stringContaining('redact.test'),
    cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED with ***' },
  });
  expect(JSON.stringify(record)).not.toContain('battery');
  const back = errorFromRecord(JSON.parse(JSON.stringify(record)));
  expect(errorRecord(back)).toEqual(record);
  const endless = new Error('x'.repeat(1e6));
  endless.cause = endless;
  expect(JSON.stringify(errorRecord(endless)).length).toBeLessThan(100_000);
  expect(errorRecord(null)).toEqual({ name: 'Error', message: 'null' });
  expect(errorRecord(new AggregateError([inner], ''))).toMatchObject({ errors: [{ code: 'ECONNREFUSED' }] });
});
