import { expect, test } from '@jest/globals';
import { inWordsOfForm } from './option-words.js';

test.each([
  ['choose --adjust ratio or --adjust close.', 'choose “Adjusted close” ratio or “Adjusted close” close.'],
  ['leave such rows out: --bad-rows drop', 'leave such rows out: “Rows with an invalid value” drop'],
  ['use --symbol-map OLD=NEW', 'use “New names of symbols” OLD=NEW'],
  ['--other stays, and a -- b', '--other stays, and a -- b'],
])('%s', (text, words) => {
  expect(inWordsOfForm(text)).toBe(words);
});
