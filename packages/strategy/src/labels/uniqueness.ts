/**
 * Uniqueness of each label (Lopez de Prado, ch. 4): the mean of 1 / concurrency over the bars t..e(t)-1, where the
 * concurrency of a bar is the number of labels whose span contains it. 0 for bars without a label. O(bars).
 *
 * @param end e(t), -1 = unlabelled
 */
export function labelUniqueness(end: Int32Array): Float64Array {
  const bars = end.length;
  // First the change of the number of spans at each bar, then the running sum.
  const changes = new Int32Array(bars + 1);
  for (let t = 0; t < bars; t++) {
    if (end[t]! < 0) continue;
    changes[t]! += 1;
    changes[end[t]!]! -= 1;
  }
  // shares[t]: sum of 1 / concurrency over the bars before t.
  const shares = new Float64Array(bars + 1);
  let concurrency = 0;
  for (let t = 0; t < bars; t++) {
    concurrency += changes[t]!;
    shares[t + 1] = shares[t]! + (concurrency > 0 ? 1 / concurrency : 0);
  }
  return Float64Array.from(end, (last, t) => (last < 0 ? 0 : (shares[last]! - shares[t]!) / (last - t)));
}
