import { expect, test } from '@jest/globals';
import { nameProblem, renamed } from './new-strategy-text.js';

test('a copy has the new name, with any characters', () => {
  expect(renamed('# about\nname: old # why\nmodel:\n  name: x\n', 'new')).toBe(
    '# about\nname: new\nmodel:\n  name: x\n',
  );
  expect(renamed('name: old', '$&')).toBe('name: $&');
});

test('a name must be allowed and free', () => {
  expect(nameProblem('', ['a'])).toBeNull();
  expect(nameProblem('b', ['a'])).toBeNull();
  expect(nameProblem('a', ['a'])).toContain('already');
  expect(nameProblem('../a', [])).toContain('A name must be');
});
