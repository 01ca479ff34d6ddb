/**
 * Throws where two series differ: the same undefined values, all others within `tolerance` of the value's size, or of
 * `scale` where the value is smaller (a difference of two prices is exact to the size of the prices).
 */
export function expectClose(
  ours: Float64Array,
  theirs: ArrayLike<number>,
  { scale = 0, tolerance = 1e-9 }: { scale?: number; tolerance?: number } = {},
): void {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} values or ${theirs.length}`);
  for (let t = 0; t < ours.length; t++) {
    const [one, other] = [ours[t]!, theirs[t]!];
    if (Number.isNaN(one) && Number.isNaN(other)) continue;
    const size = Math.max(Math.abs(other), scale);
    if (!(Math.abs(one - other) <= tolerance * size)) throw new Error(`bar ${t}: ${one} or ${other}`);
  }
}
