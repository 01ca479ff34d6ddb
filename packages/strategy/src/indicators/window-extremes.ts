/*
 * Highest and lowest of the last n values in O(1) per value, regardless of their order. As in moving-window.ts, each window
 * is the end of one block of n and the start of the next (van Herk; Gil and Werman).
 */

/** Index of the highest of the last n values; of equal ones, the newest. -1 for the first n-1. TA-Lib: MAXINDEX. */
export function highestBars(values: Float64Array, n: number): Int32Array {
  return extremeBars(values, n, 1);
}

/** Index of the lowest of the last n values; of equal ones, the newest. -1 for the first n-1. TA-Lib: MININDEX. */
export function lowestBars(values: Float64Array, n: number): Int32Array {
  return extremeBars(values, n, -1);
}

/** Highest of the last n values; `NaN` for the first n-1. TA-Lib: MAX. */
export function windowMaxima(values: Float64Array, n: number): Float64Array {
  return extremes(values, n, 1);
}

/** Lowest of the last n values; `NaN` for the first n-1. TA-Lib: MIN. */
export function windowMinima(values: Float64Array, n: number): Float64Array {
  return extremes(values, n, -1);
}

function extremes(values: Float64Array, n: number, sign: 1 | -1): Float64Array {
  const found = new Float64Array(values.length);
  const tail = new Float64Array(n + 1).fill(-Infinity);
  for (let start = 0; start < values.length; start += n) {
    const end = Math.min(start + n, values.length);
    let head = -Infinity;
    for (let t = start; t < end; t++) {
      head = Math.max(head, sign * values[t]!);
      found[t] = sign * Math.max(tail[t - start + 1]!, head);
    }
    if (end - start < n) break;
    // tail[j]: extreme of the block's values j..n-1.
    let extreme = -Infinity;
    for (let j = n - 1; j >= 0; j--) {
      extreme = Math.max(extreme, sign * values[start + j]!);
      tail[j] = extreme;
    }
  }
  return found.fill(Number.NaN, 0, Math.min(values.length, n - 1));
}

function extremeBars(values: Float64Array, n: number, sign: 1 | -1): Int32Array {
  const bars = new Int32Array(values.length).fill(-1);
  const tail = new Int32Array(n + 1);
  for (let start = 0; start < values.length; start += n) {
    const end = Math.min(start + n, values.length);
    let head = start;
    for (let t = start; t < end; t++) {
      if (sign * values[t]! >= sign * values[head]!) head = t;
      if (t < n - 1) continue;
      const older = t - start + 1 === n ? head : tail[t - start + 1]!;
      bars[t] = sign * values[older]! > sign * values[head]! ? older : head;
    }
    if (end - start < n) break;
    // tail[j]: index of the extreme of the block's values j..n-1.
    let extreme = end - 1;
    for (let j = n - 1; j >= 0; j--) {
      if (sign * values[start + j]! > sign * values[extreme]!) extreme = start + j;
      tail[j] = extreme;
    }
  }
  return bars;
}
