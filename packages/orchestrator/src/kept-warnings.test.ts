import { expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { boundedContext } from './bounded-context.js';
import { errorBodyOf } from './errors.js';
import { KeptWarnings } from './kept-warnings.js';

test('20,000 changing warnings leave a hundred and their number, however often they come', () => {
  const warnings = new KeptWarnings([]);
  for (let poll = 0; poll < 2; poll += 1)
    for (let index = 0; index < 20_000; index += 1) warnings.add(`warning ${index} ${'y'.repeat(1_000)}`);
  const kept = warnings.list();
  expect([kept.length, kept[99], kept[100]]).toEqual([
    101,
    expect.stringMatching(/^warning 99 y+…$/),
    'and 19,900 more were left out',
  ]);
  // the next owner of the attempt continues from the stored list
  const next = new KeptWarnings(kept);
  expect(next.list()).toEqual(kept);
  expect([next.add('warning 99'), next.add('new'), next.list().at(-1)]).toEqual([
    true,
    true,
    'and 19,902 more were left out',
  ]);
});

test("the sender's own number of left out warnings stays", () => {
  const warnings = new KeptWarnings(['a']);
  expect([warnings.add('and 7 more were left out'), warnings.add('and 7 more were left out')]).toEqual([
    true,
    false,
  ]);
  expect(warnings.list()).toEqual(['a', 'and 7 more were left out']);
});

test('without its result, the record of an operation with hostile texts has less than a megabyte', () => {
  const long = '\u0000'.repeat(20_000);
  const warnings = new KeptWarnings(Array.from({ length: 500 }, (_, index) => `${index}${long}`));
  const error = errorBodyOf(
    new KtrdrError('host_refused', long, { details: Array.from({ length: 1e4 }, () => 'text') }),
  );
  const metrics = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`${index}${long.slice(0, 500)}`, 1]),
  );
  const context = boundedContext(metrics);
  const symbols = boundedContext(Array.from({ length: 5_000 }, () => long.slice(0, 500)));
  const record = {
    warnings: warnings.list(),
    error,
    progress: { context: { metrics: context, symbols, phase: boundedContext(long) } },
  };
  expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(1_048_576);
  expect(context).toMatchObject({ entries_left_out: 4_900 });
  expect(error.details).toEqual({ left_out: expect.stringContaining('characters of details were left out') });
});
