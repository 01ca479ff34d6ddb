import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { StartTrainingRequest } from '@ktrdr/contracts';
import { curlOf, ktrdrOf } from './request-commands.js';

const TARGET = { origin: 'http://localhost:8000', needsToken: false };
const REQUEST: StartTrainingRequest = {
  strategy_name: 'pattern',
  symbols: ['AAPL', 'MSFT'],
  timeframes: ['1h', '1d'],
  start_date: '2024-01-01',
  seed: 0,
  seeds: 16,
  walk_forward: 4,
  dry_run: true,
};

/** The words that a shell makes of a command. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' curl "$@"; }; ktrdr() { printf '%s\\0' "$KTRDR_API_URL" "$@"; }; ${command}`;
  const env = { ...process.env, KTRDR_TOKEN: 'secret', KTRDR_API_URL: '' };
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env }).split('\0').slice(0, -1);
}

test('a request as curl is the same request, also with quotes, dollars and lines in a strategy', () => {
  for (const request of [REQUEST, { strategy: 'name: it\'s\n# $HOME `ls` "x" \\', seed: 1 }]) {
    const words = wordsOf(curlOf(request, TARGET));
    expect(words.slice(0, 4)).toEqual(['curl', '-X', 'POST', 'http://localhost:8000/trainings/start']);
    expect(words.slice(4, 6)).toEqual(['-H', 'content-type: application/json']);
    expect(JSON.parse(words.at(-1)!)).toEqual(request);
  }
});

test('curl sends the token of the environment where the API wants one', () => {
  expect(wordsOf(curlOf(REQUEST, { ...TARGET, needsToken: true }))).toContain('authorization: Bearer secret');
});

test('a request as ktrdr has the file, the symbols, the timeframes and a flag for each option', () => {
  expect(wordsOf(ktrdrOf(REQUEST, 'strategies/pattern.yaml', TARGET)).slice(1)).toEqual(
    'models train strategies/pattern.yaml AAPL,MSFT 1h,1d --start-date 2024-01-01 --seed 0 --seeds 16 --walk-forward 4 --dry-run'.split(
      ' ',
    ),
  );
});

test('ktrdr is told the address of an API that it does not find by itself', () => {
  const target = { ...TARGET, origin: 'https://api.example.net' };
  expect(wordsOf(ktrdrOf({ seed: 1 }, 'my strategy.yaml', target))).toEqual([
    'https://api.example.net',
    'models',
    'train',
    'my strategy.yaml',
    '--seed',
    '1',
  ]);
});
