import { expect, test } from '@jest/globals';
import { lineOfError } from '@ktrdr/programs';

test.each([
  [
    'the message of an error, not a file of its stack trace',
    [
      'TypeError: no number',
      '    at trainingFailure (/app/src/loop/training-error.ts:7:3)',
      'Node.js v20.20.2',
    ],
    'TypeError: no number',
  ],
  ['the last of several', ['Error: first', 'Error: second', 'bye'], 'Error: second'],
  ['the last line without an error', ['loading', 'Aborted'], 'Aborted'],
  ['nothing without output', [], undefined],
])('says %s', (_, output, line) => {
  expect(lineOfError(output)).toBe(line);
});
