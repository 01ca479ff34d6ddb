/**
 * Throws if two series differ. Undefined values must match. All others must match within `tolerance` relative to the
 * value, or to `scale` if that is larger (a difference of two prices is as exact as the prices).
 */
export function expectClose(
  ours: Float64Array,
  theirs: ArrayLike<number>,
  { scale = 0, tolerance = 1e-9 }: { scale?: number; tolerance?: number } = {},
): void {
  if (ours.length !== theirs.length) throw new Error(`lengths differ: ${ours.length} and ${theirs.length}`);
  for (let t = 0; t < ours.length; t++) {
    const [one, other] = [ours[t]!, theirs[t]!];
    if (Number.isNaN(one) && Number.isNaN(other)) continue;
    const size = Math.max(Math.abs(other), scale);
    if (!(Math.abs(one - other) <= tolerance * size))
      throw new Error(`bar ${t} differs: ${one} and ${other}`);
  }
}
