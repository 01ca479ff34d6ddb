import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import { counted, figure, findingOf, type Place } from './finding.js';
import type { TypicalValues } from './typical-values.js';

/** How far a high or low reaches beyond both neighbours, in typical ranges. The farthest in real bars without errors: 3.2. */
const FAR = 7;
/** Single prints this far out, in typical ranges or as a share of the price, move stops and labels. Trade feeds have nearer ones. */
const VERY_FAR = 20;
const VERY_FAR_SHARE = 0.2;
/** Share of the bars from which nearer prints matter too. */
const MANY = 0.001;
/** Bars on each side whose own ranges count: after a shock, wide bars are normal. */
const NEIGHBOURS = 2;

/**
 * Finds highs and lows far outside the bars on both sides. The unit is the typical range of the file, or the mean range of
 * the two bars on each side if that is larger.
 *
 * @param isExplained true for bars that another finding explains
 */
export function findBadPrints(
  bars: Bars,
  { range }: TypicalValues,
  isExplained: (bar: number) => boolean,
): DataFinding[] {
  const { high, low, close, length } = bars;
  if (range === 0) return [];
  const least = FAR * range;
  const places: Place[] = [];
  let isVeryFar = false;
  for (let bar = 1; bar < length - 1; bar += 1) {
    const price = Math.abs(close[bar - 1]!);
    const far = least * price;
    const highest = high[bar]! - far;
    const lowest = low[bar]! + far;
    // nearly every bar ends here, after two comparisons
    if (
      (highest <= high[bar - 1]! || highest <= high[bar + 1]!) &&
      (lowest >= low[bar - 1]! || lowest >= low[bar + 1]!)
    )
      continue;
    const above = high[bar]! - Math.max(high[bar - 1]!, high[bar + 1]!);
    const below = Math.min(low[bar - 1]!, low[bar + 1]!) - low[bar]!;
    const beyond = above > below ? above : below;
    const unit = Math.max(range * price, rangeAround(bars, bar));
    if (beyond <= FAR * unit || isExplained(bar)) continue;
    isVeryFar ||= beyond >= VERY_FAR * unit || beyond >= VERY_FAR_SHARE * price;
    const [name, print] = above > below ? ['high', high[bar]!] : ['low', low[bar]!];
    places.push({
      from: bar,
      to: bar,
      text: `${name} ${figure(print)}, between closes of ${figure(close[bar - 1]!)} and ${figure(close[bar + 1]!)}`,
      weight: beyond / price,
    });
  }
  if (places.length === 0) return [];
  const worst = places.reduce((most, place) => (place.weight > most.weight ? place : most));
  return [
    findingOf(bars, {
      kind: 'bad_print',
      severity: isVeryFar || places.length >= MANY * length ? 'warning' : 'note',
      message:
        `${counted(places.length, 'bar')} ${places.length === 1 ? 'has' : 'have'} a high or low far outside the bars on both sides, ` +
        `the farthest at ${formatBarTime(bars.time[worst.from]!, bars.timeframe)} (${worst.text}): stops and barriers would be hit at a price ` +
        'that nobody could trade. Compare with another source.',
      bars: places.length,
      places,
    }),
  ];
}

function rangeAround({ high, low, length }: Bars, bar: number): number {
  let [sum, count] = [0, 0];
  for (let at = Math.max(0, bar - NEIGHBOURS); at <= Math.min(length - 1, bar + NEIGHBOURS); at += 1) {
    if (at === bar) continue;
    sum += high[at]! - low[at]!;
    count += 1;
  }
  return sum / count;
}
