import { expect, test } from '@jest/globals';
import { inTypedWords } from './typed-words.js';

test('error messages of the API name the flag of the data mode', () => {
  expect(inTypedWords('data_mode must be "local", not "full": bars.', ['--data-mode', 'full'])).toBe(
    '--data-mode must be "local", not "full": bars.',
  );
});

test('error messages of the API name the options that were typed', () => {
  const refusal =
    'The request is not valid: seed must be at least 0; validation_split must be below 1; duration_seconds must be more than 0.';
  expect(inTypedWords(refusal, ['--seed', '-1', '--validation-split=2', '--duration', '0', '--json'])).toBe(
    'The request is not valid: --seed must be at least 0; --validation-split must be below 1; --duration must be more than 0.',
  );
  expect(inTypedWords('spread_bps must be at least 0.', ['--spread', '-1'])).toBe(
    '--spread must be at least 0.',
  );
  expect(
    inTypedWords('The request is not valid: walk_forward_gap needs walk_forward.', ['--walk-forward-gap=5']),
  ).toBe('The request is not valid: --walk-forward-gap needs --walk-forward.');
  expect(inTypedWords(refusal, ['seed', '--', '--(.*'])).toBe(refusal);
});
