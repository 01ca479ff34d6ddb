/**
 * Smallest size of a stored number, 2^-51; anything smaller is stored as 0. It is less than the rounding error of Adam's epsilon.
 *
 * All factors of a matrix product are stored numbers. So a product of two is 0 or at least 2^-102, and a sum of them is a multiple of
 * 2^-125. No denormal number (below 2^-126) arises there, and elsewhere none has an effect on a stored number. A processor computes
 * with denormal numbers many times slower, and some programs switch them off for their thread: neither changes speed or bytes.
 */
const SMALLEST: f32 = 4.440892098500626e-16;
/** Smallest stored sum of squares, 2^-100: a denormal square is too small to change one. */
const SMALLEST_SQUARE: f32 = 7.888609052210118e-31;

/** Replaces numbers below `SMALLEST` by 0. Keeps NaN. */
export function flush(values: v128): v128 {
  return v128.andnot(values, f32x4.lt(f32x4.abs(values), f32x4.splat(SMALLEST)));
}

/** Replaces squares below `SMALLEST_SQUARE` by 0. Keeps NaN. */
export function flushSquares(values: v128): v128 {
  return v128.andnot(values, f32x4.lt(values, f32x4.splat(SMALLEST_SQUARE)));
}

/** `flush` for one number. */
export function flushed(value: f64): f32 {
  return Math.abs(value) < <f64>SMALLEST ? 0 : <f32>value;
}

/** Flushes an array in place. @param count a multiple of 4 */
export function flushAll(values: usize, count: i32): void {
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) v128.store(values, flush(v128.load(values)));
}
