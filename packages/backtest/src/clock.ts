import type { SymbolSignals } from './settings.js';

/**
 * Every time at which a symbol has a bar, in ascending order. The times of the only symbol themselves, without a copy, if there
 * is one, or if all symbols have the same bars.
 */
export function mergeClocks(symbols: readonly SymbolSignals[]): Float64Array {
  return symbols.map(({ bars }) => bars.time).reduce(mergeTimes);
}

function mergeTimes(left: Float64Array, right: Float64Array): Float64Array {
  if (left.length === right.length && left.every((time, t) => time === right[t])) return left;
  const merged = new Float64Array(left.length + right.length);
  let [l, r, length] = [0, 0, 0];
  while (l < left.length || r < right.length) {
    const time = Math.min(left[l] ?? Infinity, right[r] ?? Infinity);
    if (left[l] === time) l += 1;
    if (right[r] === time) r += 1;
    merged[length++] = time;
  }
  return merged.slice(0, length);
}
