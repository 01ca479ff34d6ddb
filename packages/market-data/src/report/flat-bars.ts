import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { DAY_MS, formatBarTime } from '../timestamp.js';
import { counted, findingOf, percent, type Place } from './finding.js';

/** A stretch has at least this many bars. */
const FEWEST_BARS = 10;
/** A stretch that lasts at least this long is a halt or a gap that somebody has filled. */
const LONG_MS = DAY_MS;
/** Share of flat bars from which the file is probably filled up. */
const MANY = 0.2;

/** Finds stretches in which the price does not move at all: each bar has one price, that of the bar before it. */
export function findFlatBars(bars: Bars): DataFinding[] {
  const { high, low, close, length } = bars;
  const runs: { from: number; to: number }[] = [];
  let flat = 0;
  let from = -1;
  for (let bar = 1; bar <= length; bar += 1) {
    if (bar < length && high[bar] === low[bar] && close[bar] === close[bar - 1]) {
      flat += 1;
      if (from < 0) from = bar;
    } else if (from >= 0) {
      if (bar - from >= FEWEST_BARS) runs.push({ from, to: bar - 1 });
      from = -1;
    }
  }
  if (runs.length === 0) return [];
  if (flat === length - 1) {
    return [
      findingOf(bars, {
        kind: 'no_movement',
        severity: 'warning',
        message: `The price is ${close[0]!} on every bar: there is nothing to learn. Check the file.`,
        bars: length,
        places: [placeOf(bars, 0, length - 1)],
      }),
    ];
  }
  const inRuns = runs.reduce((sum, run) => sum + run.to - run.from + 1, 0);
  const lasting = ({ from: first, to: last }: (typeof runs)[number]): number =>
    bars.time[last]! - bars.time[first]!;
  const severe = flat >= MANY * length || runs.some((run) => lasting(run) >= LONG_MS);
  const longest = runs.reduce((most, run) => (run.to - run.from > most.to - most.from ? run : most));
  const [first, last] = [longest.from, longest.to].map((bar) =>
    formatBarTime(bars.time[bar]!, bars.timeframe),
  );
  return [
    findingOf(bars, {
      kind: 'flat_stretch',
      severity: severe ? 'warning' : 'note',
      message:
        `The price does not move for ${FEWEST_BARS} bars or more in ${counted(runs.length, 'stretch', 'stretches')} ` +
        `(${counted(inRuns, 'bar')}, ${percent(inRuns / length)}), the longest from ${first} to ${last}` +
        `${severe ? ': a halt, or bars that were filled in. Remove them; rows there teach the model nothing.' : '.'}`,
      bars: inRuns,
      places: runs.map((run) => placeOf(bars, run.from, run.to)),
    }),
  ];
}

function placeOf(bars: Bars, from: number, to: number): Place {
  const count = to - from + 1;
  return { from, to, text: `${counted(count, 'bar')} at ${bars.close[from]!}`, weight: count };
}
