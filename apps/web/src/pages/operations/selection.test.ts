import { describe, expect, test } from '@jest/globals';
import { Selection } from './selection.js';

const LISTED = ['a', 'b', undefined, 'd', 'e'];
const selected = (selection: Selection) => [...selection.ids.value].sort();

describe('the selection', () => {
  test('takes one after the other', () => {
    const selection = new Selection();
    selection.toggle('a', LISTED, false);
    selection.toggle('d', LISTED, false);
    expect(selected(selection)).toEqual(['a', 'd']);
    selection.toggle('a', LISTED, false);
    expect(selected(selection)).toEqual(['d']);
  });

  test('takes a range in both directions, without rows that were not read', () => {
    const selection = new Selection();
    selection.toggle('e', LISTED, false);
    selection.toggle('b', LISTED, true);
    expect(selected(selection)).toEqual(['b', 'd', 'e']);
    selection.toggle('d', LISTED, true);
    expect(selected(selection)).toEqual(['e']);
  });

  test('forgets what left the list', () => {
    const selection = new Selection();
    selection.only(['a', 'b']);
    selection.keep((id) => id === 'b');
    expect(selected(selection)).toEqual(['b']);
  });
});
