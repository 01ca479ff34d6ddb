import { expect, test } from '@jest/globals';
import { inWordsOfForm } from './option-words.js';

test.each([
  [
    'choose --adjust ratio or --adjust close.',
    'choose “Adjusted close”: “Scale all four prices with it” or “Adjusted close”: “Use it as the close”.',
  ],
  [
    'leave such rows out: --bad-rows drop',
    'leave such rows out: “Rows with an invalid value”: “Leave them out”',
  ],
  ['the close is adjusted: --adjust does it', 'the close is adjusted: “Adjusted close” does it'],
  ['use --symbol-map OLD=NEW', 'use “New names of symbols” OLD=NEW'],
  ['--other stays, and a -- b', '--other stays, and a -- b'],
])('%s', (text, words) => {
  expect(inWordsOfForm(text)).toBe(words);
});
