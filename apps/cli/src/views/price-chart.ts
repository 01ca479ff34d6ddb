import type { ChartBar } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { lineChart } from './line-chart.js';
import { moment } from './numbers.js';

const ROWS = 10;

export interface PriceChartOptions {
  /** Width of the terminal, characters. */
  columns: number;
  /** The terminal shows Unicode. */
  unicode: boolean;
  style: Style;
  /** Time of the last bar, if a bar of the chart stands for several. */
  last?: string | null;
}

/** Closing prices, with the highest and the lowest price and the time of the first and the last bar. */
export function priceChart(bars: readonly ChartBar[], { last, ...options }: PriceChartOptions): string {
  const [first, newest] = [bars[0], bars.at(-1)];
  if (first === undefined || newest === undefined) return '';
  return lineChart(
    bars.map(({ close, low, high }) => ({ value: close, low, high })),
    { ...options, rows: ROWS, from: moment(first.time), to: moment(last ?? newest.time) },
  );
}
