/**
 * Returns of an equity curve `[steps]` from step to step: `[steps - 1]`. The first step has none, because nothing can be filled at
 * it. After a ruin (an equity of 0 or less) the returns are 0.
 *
 * @param returns where to write them; `equity` without its last step writes them in place
 */
export function returnsOf(
  equity: Float64Array,
  returns: Float64Array = new Float64Array(Math.max(0, equity.length - 1)),
): Float64Array {
  for (let step = 0; step < returns.length; step++) {
    const before = equity[step]!;
    returns[step] = before > 0 ? equity[step + 1]! / before - 1 : 0;
  }
  return returns;
}
