import { expect, test } from '@jest/globals';
import { hideSecret } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { Output } from './output.js';

const SPECIAL = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u2066\u200b\ufeff\u2028\ud800-\udb40\udc41\u0085\r';

function outputs(isTTY: boolean): { output: Output; written: () => string } {
  let text = '';
  const stream = { isTTY, columns: 80, write: (more: string) => (text += more) };
  return { output: new Output(stream, stream, { colour: 'auto', dumb: false }), written: () => text };
}

test.each([true, false])(
  'whatever a command prints (terminal: %s), only text and its own colours reach the output',
  (isTTY) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...SPECIAL.split('')), fc.string({ unit: 'binary' }))),
        (parts) => {
          const { output, written } = outputs(isTTY);
          const text = parts.join('');
          output.out(output.style.bold(text));
          output.err(text);
          output.raw(text);
          output.json({ [text]: text });
          // oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
          const withoutColours = written().replaceAll(/\u001b\[(?:1|2|22|3[1-6]|39)m/g, '');
          expect(withoutColours).not.toMatch(
            // oxlint-disable-next-line no-control-regex -- these are what must not be there
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Cs}]/u,
          );
        },
      ),
      { numRuns: propertyRuns() },
    );
  },
);

test('errors and notes have no secrets', () => {
  const { output, written } = outputs(false);
  hideSecret('http://me:hunter2hunter2@host');
  output.err('GET http://me:hunter2hunter2@host failed, authorization: Bearer abcdefghijk, hunter2hunter2');
  expect(written()).toBe('GET http://***@host failed, authorization: Bearer ***, ***\n');
});
