import { describe, expect, test } from '@jest/globals';

import { problems } from './test/problems.js';
import { edit, V2, V3 } from './test/strategy-text.js';

const errorsOf = (from: string, to: string, text = V3): string[] => problems(edit(text, from, to)).errors;

describe('a look-alike character is reported with its position', () => {
  test.each([
    ['symbol: AAPL', 'symbol:\u00a0AAPL', '4:34: invalid character: no-break space (U+00A0)'],
    [
      'history_required: 200',
      'history_required:\u00a0200',
      '6:20: invalid character: no-break space (U+00A0)',
    ],
    [
      'history_required: 200',
      'history_required:\u3000200',
      '6:20: invalid character: ideographic space (U+3000)',
    ],
    [
      'history_required: 200',
      'history_required: \u200b200',
      '6:21: invalid character: zero-width space (U+200B)',
    ],
    [
      'history_required: 200',
      'history_required: 200\ufeff',
      '6:24: invalid character: byte order mark (U+FEFF)',
    ],
    [
      'history_required: 200',
      'history_required\uff1a200',
      '6:19: invalid character: full-width colon (U+FF1A)',
    ],
    ['history_required: 200', 'history_required: \u2212200', '6:21: invalid character: minus sign (U+2212)'],
    ['name: base', 'name: \u201cbase\u201d', '1:7: invalid character: typographic quote (U+201C)'],
    ['  history_required', '\u00a0\u00a0history_required', '6:1: invalid character: no-break space (U+00A0)'],
    [
      'history_required: 200',
      'history_required: 200\u00a0# bars',
      '6:24: invalid character: no-break space (U+00A0)',
    ],
  ])('%j as %j', (from, to, expected) => {
    expect(errorsOf(from, to).join('\n')).toContain(expected);
  });

  test('the same characters are allowed in free text, quotes and comments', () => {
    const text = `${V3}# l\u2019id\u00e9e\u00a0: 5\n`;
    expect(problems(text).errors).toEqual([]);
    expect(
      errorsOf('name: base\n', 'name: base\ndescription: l\u2019id\u00e9e\u00a0\u2013 \u201cfine\u201d\n'),
    ).toEqual([]);
    expect(errorsOf('name: base\n', 'name: base\nnote: "a\u00a0b: c"\n')).toEqual([]);
  });

  test('the error for a name shows its invisible character', () => {
    expect(errorsOf('symbol: AAPL', 'symbol: "AAPL\u200b"').join()).toContain('is "AAPL\\u200b"');
  });
});

describe('a template that was not filled in is reported', () => {
  test.each(['${SYMBOL}', '{{ symbol }}', '[${SYMBOL}]', '"${SYMBOL}"', '{% symbol %}', '<% symbol %>'])(
    'symbol: %s',
    (written) => {
      const errors = errorsOf('symbol: AAPL', `symbol: ${written}`);
      const template = written.replaceAll(/^[["]|[\]"]$/g, '');
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(/^4:3[4-6]: the template /);
      expect(errors[0]).toContain(`the template ${template} is not filled in; write the value itself`);
    },
  );

  test('a comment or a description may contain a template', () => {
    expect(problems(`${V3}# set \${SYMBOL}\n`).errors).toEqual([]);
    expect(errorsOf('name: base\n', 'name: base\ndescription: made of ${TEMPLATE}\n')).toEqual([]);
  });
});

describe('a decimal comma never becomes a number', () => {
  test.each(['0,2', '0,25', '1,5'])('in a map on one line: dropout: %s', (written) => {
    const right = written.replace(',', '.');
    const errors = errorsOf('architecture: {', `architecture: {dropout: ${written}, `, V3).join('\n');
    expect(errors).toContain(`is ${written}: a comma separates entries; write ${right} with a decimal point`);
  });

  test('on its own line', () => {
    expect(errorsOf('history_required: 200', 'history_required: 0,2').join()).toContain(
      'write 0.2 with a decimal point',
    );
    expect(errorsOf('history_required: 200', 'history_required: 1,000').join()).toContain(
      'write 1000 without commas',
    );
  });

  test('in a list', () => {
    const errors = errorsOf('hidden_layers: [', 'hidden_layers: [0,5, ').join('\n');
    expect(errors).toContain('has 0,5: write 0.5 for one decimal number');
    expect(errorsOf('hidden_layers: [', 'hidden_layers: [64,32,', V2)).toEqual([]);
  });
});
