import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { errorAnswer } from './error-answer.js';

const request = { method: 'POST', url: '/things?secret=1', headers: {} };

/** An error with a status, as the web server throws it. */
function withStatus(statusCode: unknown, message = 'as the server says'): Error {
  return Object.assign(new Error(message), { statusCode });
}

test.each<[string, unknown, number, string, string]>([
  ['a KtrdrError', new KtrdrError('bars_not_found', 'No bars.'), 404, 'bars_not_found', 'No bars.'],
  [
    'an unknown route',
    new NotFoundException('Cannot POST /things'),
    404,
    'not_found',
    'There is no route POST /things. See /openapi.json for all routes.',
  ],
  [
    'a file outside the page’s folder',
    withStatus(403, 'Forbidden'),
    404,
    'not_found',
    'There is no route POST /things. See /openapi.json for all routes.',
  ],
  [
    'a body that is too large',
    withStatus(413),
    413,
    'payload_too_large',
    'The body is too large: at most 2,097,152 bytes are allowed.',
  ],
  [
    'a body without a content type',
    withStatus(415),
    415,
    'unsupported_media_type',
    'Send the body as content-type: application/json.',
  ],
  ['any other error of a request', withStatus(400), 400, 'invalid_request', 'as the server says'],
  ['an error of the framework', new HttpException('Slower!', 429), 429, 'invalid_request', 'Slower!'],
])('%s', (_what, error, status, code, message) => {
  expect(errorAnswer(error, request)).toEqual({
    status,
    body: { success: false, error: { code, message } },
  });
});

test('details are sent; the cause is not', () => {
  const cause = new Error('ENOSPC in /srv/secret');
  const error = new KtrdrError('disk_full', 'The disk is full.', { details: { free: 0 }, cause });
  expect(errorAnswer(error, request)).toEqual({
    status: 507,
    body: {
      success: false,
      error: { code: 'disk_full', message: 'The disk is full.', details: { free: 0 } },
    },
  });
});

test('the rejected content type is quoted, cut to a readable length', () => {
  const headers = { 'content-type': `text/${'x'.repeat(5000)}` };
  const { message } = errorAnswer(withStatus(415), { ...request, headers }).body.error;
  expect(message).toMatch(/^Send the body as content-type: application\/json, not "text\/x+…"\.$/);
  expect(message.length).toBeLessThan(120);
});

test('a long path is cut', () => {
  const { message } = errorAnswer(withStatus(404), { ...request, url: `/${'x'.repeat(5000)}` }).body.error;
  expect(message.length).toBeLessThan(300);
});

describe('a failure of the service reveals no details', () => {
  test.each<[string, unknown]>([
    ['an error', new TypeError('cannot read secret of undefined')],
    ['an error with a 5xx status', withStatus(502, 'secret')],
    ['an error whose status is not a number', withStatus('400', 'secret')],
    ['an error of the framework', new HttpException('secret', 500)],
    ['text', 'secret'],
    ['null', null],
    ['undefined', undefined],
  ])('%s', (_what, error) => {
    const answer = errorAnswer(error, request);
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal_error' } } });
    expect(JSON.stringify(answer)).not.toMatch(/secret|\bat /);
  });
});
