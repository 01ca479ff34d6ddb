import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import type { ChartBar } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { priceChart } from './price-chart.js';

const style = createStyle(false);

function bars(closes: number[]): ChartBar[] {
  return closes.map((close, index) => ({
    time: `2024-01-${String(index + 1).padStart(2, '0')}`,
    open: close,
    high: close,
    low: close,
    close,
  }));
}

test('a rising price goes from the bottom left to the top right, between its prices and its dates', () => {
  const chart = priceChart(bars([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), { columns: 40, unicode: false, style });
  const lines = chart.split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[0]).toMatch(/^ {2}10\.00 \| +\*+$/);
  expect(lines[9]).toMatch(/^ {3}1\.00 \|\*+$/);
  expect(lines[10]).toMatch(/2024-01-01 +2024-01-10$/);
});

test('the axis ends with the time of the last bar', () => {
  const options = { columns: 60, unicode: false, style, last: '2024-01-31T23:00:00Z' };
  expect(priceChart(bars([1, 2]), options)).toMatch(/2024-01-01 +2024-01-31 23:00$/);
});

test.each([30, 60, 80, 120, 200, 1000])('in %i columns it is narrower than the terminal', (columns) => {
  for (const unicode of [true, false]) {
    for (const closes of [
      [5],
      [5, 5, 5],
      [1, 9, 2, 8],
      Array.from({ length: 500 }, (_, i) => Math.sin(i / 20)),
    ]) {
      const chart = priceChart(bars(closes), { columns, unicode, style });
      for (const line of chart.split('\n')) expect(line.length).toBeLessThan(columns);
      // oxlint-disable-next-line no-control-regex -- everything but ASCII
      if (!unicode) expect(chart).toMatch(/^[\u0000-\u007f]*$/);
    }
  }
});

test('colours do not change the text, and there is no chart without bars or room', () => {
  const [plain, coloured] = [false, true].map((colours) =>
    priceChart(bars([1, 3, 2]), { columns: 80, unicode: true, style: createStyle(colours) }),
  );
  expect(stripVTControlCharacters(coloured!)).toBe(plain);
  expect(priceChart([], { columns: 80, unicode: true, style })).toBe('');
  expect(priceChart(bars([1, 2]), { columns: 15, unicode: true, style })).toBe('');
});
