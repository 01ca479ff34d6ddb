/**
 * Multiplies rows by the rows of a mask.
 *
 * @param from, to rows of `width` numbers, a multiple of 4; may be the same
 * @param mask rows of `units` numbers
 */
export function multiplyByMask(from: usize, to: usize, mask: usize, rows: i32, width: i32, units: i32): void {
  const row = (<usize>width) << 2;
  for (; rows > 0; rows -= 1) {
    // The last vector may reach into the mask's next row: it meets padding, whose values have no effect.
    for (let at: usize = 0; at < row; at += 16) {
      v128.store(to + at, f32x4.mul(v128.load(from + at), v128.load(mask + at)));
    }
    from += row;
    to += row;
    mask += (<usize>units) << 2;
  }
}
