import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { CancellationController } from './cancellation.js';
import { OperationCancelledError, errorBodyOf, isCancellation } from './errors.js';

describe('the error that an operation shows', () => {
  test('a typed error keeps code, message and details', () => {
    const error = new KtrdrError('bars_invalid', 'AAPL_1h.csv:7: high < low', {
      details: { line: 7 },
      cause: new Error('secret'),
    });
    expect(errorBodyOf(error)).toEqual({
      code: 'bars_invalid',
      message: 'AAPL_1h.csv:7: high < low',
      details: { line: 7 },
    });
  });

  test('so does a typed error of another copy of the contracts package', () => {
    const error = Object.assign(new Error('gone'), { name: 'KtrdrError', code: 'host_lost' });
    expect(errorBodyOf(error)).toEqual({ code: 'host_lost', message: 'gone' });
  });

  test.each([
    [new TypeError('x is not a function\n    at file.ts:1:1'), 'x is not a function.'],
    [Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }), 'EACCES: permission denied.'],
    ['a bare string', 'a bare string.'],
    [undefined, ''],
    [new Error(''), ''],
    [{ looks: 'odd' }, ''],
  ])('anything else is internal_error with one line and no stack: %p', (thrown, line) => {
    const { code, message } = errorBodyOf(thrown);
    expect(code).toBe('internal_error');
    expect(message).toContain(line);
    expect(message).not.toMatch(/\n| at |\.ts:/);
  });
});

describe('an error is a cancellation', () => {
  test('if it is the error of a cancelled token, or was caused by it', async () => {
    const controller = new CancellationController();
    const sleeping = delay(60_000, undefined, { signal: controller.token.signal });
    controller.cancel('enough');
    const abortError: unknown = await sleeping.catch((error: unknown) => error);
    expect((abortError as Error).name).toBe('AbortError');
    expect(isCancellation(abortError)).toBe(true);
    expect(isCancellation(new OperationCancelledError())).toBe(true);
  });

  test('but not if it is a KtrdrError with its own code', () => {
    const cause = new OperationCancelledError();
    expect(isCancellation(new KtrdrError('host_lost', 'the host may still compute', { cause }))).toBe(false);
  });

  test('but not if it is any other error, regardless of its cause', () => {
    const circular = new Error('loop');
    circular.cause = circular;
    expect(isCancellation(circular)).toBe(false);
    expect(isCancellation(new Error('a', { cause: new Error('b') }))).toBe(false);
    expect(isCancellation('cancelled')).toBe(false);
  });
});
