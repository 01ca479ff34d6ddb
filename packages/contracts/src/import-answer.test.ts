import { expect, test } from '@jest/globals';
import {
  answerMeaning,
  isRefusal,
  profileChoices,
  readColumns,
  readSymbolMap,
  withAnswer,
} from './import-answer.js';

test('an answer is added to the choices', () => {
  expect(withAnswer({ symbol: 'AAPL' }, 'timezone', 'UTC')).toEqual({ symbol: 'AAPL', timezone: 'UTC' });
});

test('columns and new names of symbols are added to the earlier ones', () => {
  const first = withAnswer({}, 'columns', 'close=Last');
  expect(withAnswer(first, 'columns', 'volume=5, time=1')).toEqual({
    columns: { close: 'Last', volume: '5', time: '1' },
  });
  const named = withAnswer({ symbol_map: { 'A B': 'AB' } }, 'symbol_map', 'C D=CD');
  expect(named).toEqual({ symbol_map: { 'A B': 'AB', 'C D': 'CD' } });
});

test('a name that contains = has an arrow', () => {
  expect(readSymbolMap('EURUSD=X->EURUSD, A=B->AB')).toEqual({ 'EURUSD=X': 'EURUSD', 'A=B': 'AB' });
});

test('values of columns are added, and a price scale is a number above 0', () => {
  const first = withAnswer({}, 'only', 'currency=USD');
  expect(withAnswer(first, 'only', 'a=b->c')).toEqual({ only: { currency: 'USD', 'a=b': 'c' } });
  expect(withAnswer({}, 'price_scale', '10000')).toEqual({ price_scale: '10000' });
  for (const wrong of ['0', '-1', '0.0', '1e999', 'x', ''])
    expect(() => withAnswer({}, 'price_scale', wrong)).toThrow('is not a number above 0');
  expect(answerMeaning('only', 'currency=*')).toBe(
    'import all rows as one series, whatever this column says',
  );
  expect(answerMeaning('only', 'currency=USD')).toBeNull();
  expect(answerMeaning('price_scale', '100')).toBe('the prices are divided by 100');
});

test.each([
  ['clos=1', "'clos' is not one of time, date, open"],
  ['close', "It must be name=value,name=value: 'close' is not."],
  ['close=a=b', 'Write name->value'],
])('%s is not an answer', (answer, message) => {
  expect(() => readColumns(answer)).toThrow(message);
});

test('only bad rows and conflicts can be refused', () => {
  expect(isRefusal('on_conflict', 'refuse')).toBe(true);
  expect(isRefusal('bad_rows', 'drop')).toBe(false);
  expect(isRefusal('symbol', 'refuse')).toBe(false);
});

test('a profile has no choice for one file alone', () => {
  const request = {
    upload_id: 'up_1',
    profile: 'old',
    symbol: 'A',
    on_conflict: 'keep',
    decimal: ',',
  } as const;
  expect(profileChoices(request)).toEqual({ decimal: ',' });
});
