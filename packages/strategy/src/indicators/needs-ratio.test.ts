import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { checkIndicator } from './check-indicator.js';
import { INDICATOR_TYPES } from './registry.js';

const COUNT = 300;

/** Prices that cross 0 often, moved by an offset. */
function bars(offset: number) {
  const close = Float64Array.from(
    { length: COUNT },
    (_, bar) => offset + 6 * Math.sin(bar / 13) + 2 * Math.sin(bar * 1.3),
  );
  const open = close.map((_, bar) => close[Math.max(0, bar - 1)]!);
  return {
    length: COUNT,
    open,
    close,
    high: close.map((price, bar) => Math.max(price, open[bar]!) + 0.5),
    low: close.map((price, bar) => Math.min(price, open[bar]!) - 0.5),
    volume: close.map((_, bar) => 100 + (bar % 37)),
  };
}

describe.each(INDICATOR_TYPES.map(({ type }) => type))('%s', (type) => {
  const indicator = checkIndicator(type, {});
  const [low, high] = [0, 1_024].map((offset) => indicator.compute(bars(offset)));

  /** Values of an indicator without ratios either stay, or move with the prices. */
  const isSameAnywhere = low!.every((series, output) => {
    const moved = high![output]!;
    if (series.some((value, bar) => Number.isNaN(value) !== Number.isNaN(moved[bar]!))) return false;
    const steps = series.map((value, bar) => moved[bar]! - value).filter(Number.isFinite);
    return steps.every((step) => Math.abs(step - steps[0]!) < 1e-6 * 1_024);
  });

  test('has needsRatio if, and only if, its values depend on where 0 is', () => {
    expect(indicator.whyRatio === null).toBe(isSameAnywhere);
  });
});

test('a ratio of volumes needs no prices', () => {
  expect(checkIndicator('roc', { source: 'volume' }).whyRatio).toBe(null);
  expect(checkIndicator('roc', { source: 'low' }).whyRatio).toBe('roc is a ratio of prices');
  expect(() => checkIndicator('rocc', {})).toThrow(KtrdrError);
});

test('docs/data.md names the indicators that are ratios', () => {
  const page = readFileSync(new URL('../../../../docs/data.md', import.meta.url), 'utf8');
  const named = /Indicators that are ratios: ([^.]+)\./.exec(page)?.[1]?.match(/\w+/g);
  expect(named).toEqual(INDICATOR_TYPES.filter(({ needsRatio }) => needsRatio).map(({ type }) => type));
});
