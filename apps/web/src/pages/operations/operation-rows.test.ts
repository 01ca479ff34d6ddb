import { describe, expect, test } from '@jest/globals';
import { OperationRows } from './operation-rows.js';

/** Operations with these numbers as ids, newest first: a larger number is newer. */
const page = (...numbers: number[]) =>
  numbers.map((number) => ({
    operation_id: `op_${number}`,
    created_at: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
  }));
const rowsOf = (rows: OperationRows) => Array.from({ length: rows.length }, (_, index) => rows.at(index));

describe('the rows of a list', () => {
  test('have holes for the pages that were not read', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 8), { total: 5, asked: 2 });
    expect(rowsOf(rows)).toEqual(['op_9', 'op_8', undefined, undefined, undefined]);
    expect(rows.firstHole(0, 10)).toBe(2);
    rows.place(2, page(7, 6), { total: 5, asked: 2 });
    rows.place(4, page(5), { total: 5, asked: 2 });
    expect(rows.firstHole(0, 10)).toBe(-1);
    expect(rows.loaded()).toHaveLength(5);
  });

  test('are holes too where the operation is no longer known', () => {
    const rows = new OperationRows((id) => id !== 'op_8');
    rows.place(0, page(9, 8, 7), { total: 3, asked: 100 });
    expect([rows.firstHole(0, 0), rows.firstHole(0, 2)]).toEqual([-1, 1]);
  });

  test('lose the operations that have become too old', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 7, 5), { total: 3, asked: 100 });
    expect(rows.removeBefore(page(7)[0]!.created_at)).toBe(true);
    expect(rowsOf(rows)).toEqual(['op_9', 'op_7']);
    expect(rows.removeBefore(page(7)[0]!.created_at)).toBe(false);
  });

  test('take a new operation at the top, and another where its time is', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 7, 5), { total: 3, asked: 100 });
    expect(rows.add(page(10)[0]!)).toBe(true);
    expect(rows.add(page(10)[0]!)).toBe(false);
    expect(rows.add(page(6)[0]!)).toBe(true);
    expect(rowsOf(rows)).toEqual(['op_10', 'op_9', 'op_7', 'op_6', 'op_5']);
    expect(rows.remove('op_7')).toBe(true);
    expect(rows.remove('op_7')).toBe(false);
    expect(rows.indexOf('op_6')).toBe(2);
  });

  test('leave an operation of a page that was not read to that page', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 8), { total: 4, asked: 2 });
    expect(rows.add(page(3)[0]!)).toBe(false);
    expect(rows.length).toBe(4);
  });

  test('are corrected by a page that was read later', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 8, 7), { total: 6, asked: 3 });
    // two were added meanwhile, and their events are still on the way
    rows.place(3, page(8, 7, 6), { total: 8, asked: 3 });
    expect(rowsOf(rows).slice(0, 6)).toEqual(['op_9', undefined, undefined, 'op_8', 'op_7', 'op_6']);
    expect(rows.length).toBe(8);
  });

  test('end where a short page ends', () => {
    const rows = new OperationRows(() => true);
    rows.place(0, page(9, 8), { total: 4, asked: 2 });
    rows.place(2, page(7), { total: 4, asked: 2 });
    expect(rowsOf(rows)).toEqual(['op_9', 'op_8', 'op_7']);
  });
});
