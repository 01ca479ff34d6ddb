import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { shellWord } from './shell-word.js';

test('a shell reads each word unchanged', () => {
  const texts = ['AAPL', '^GSPC', 'BTC/USDT', 'A&B', 'A!B', 'A$HOME', 'A#1', '#1', "it's", 'a b', '', '*'];
  const script = `printf '%s\\n' ${texts.map(shellWord).join(' ')}`;
  expect(execFileSync('sh', ['-c', script]).toString().split('\n').slice(0, -1)).toEqual(texts);
  expect(shellWord('BTC/USDT')).toBe('BTC/USDT');
});
