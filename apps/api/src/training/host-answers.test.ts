import { expect, test } from '@jest/globals';
import { MAX_ANSWER_BYTES } from './training-host-client.js';
import { parsed } from './host-answers.js';

const SENDER = 'The training host http://gpu-box:5002';

test('gives the value, or nothing for a text that is not JSON', () => {
  expect(parsed(Buffer.from('{"success":true}'), SENDER)).toEqual({ success: true });
  for (const text of ['', '<h1>It works!</h1>', '{"success":'])
    expect(parsed(Buffer.from(text), SENDER)).toBeUndefined();
});

test.each([
  ['lists without an end', `[${'[],'.repeat(MAX_ANSWER_BYTES / 3 - 2)}1]`, /more than 100000 values/],
  ['fields without an end', `{${'"a":1,'.repeat(200_000)}"b":1}`, /more than 100000 values/],
  ['very deep lists', '['.repeat(MAX_ANSWER_BYTES), /nested more than 64 levels deep/],
])('refuses %s', (_what, text, message) => {
  expect(() => parsed(Buffer.from(text), SENDER)).toThrow(message);
});

test.each([
  ['numbers', '-0.12345678901234567', 99_000],
  ['lists', '[]', 49_000],
  ['texts', '"\\u001b\\"\\\\0000000"', 99_000],
])('reads the largest answer of %s within 50 ms of processor time', (_what, value, length) => {
  const list = `[${Array.from({ length }, () => value).join(',')}]`;
  const answer = Buffer.from(list.padEnd(MAX_ANSWER_BYTES, ' '));
  const cpuMs = Array.from({ length: 7 }, () => {
    const began = process.cpuUsage();
    parsed(answer, SENDER);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  expect(Math.min(...cpuMs)).toBeLessThan(50);
});
