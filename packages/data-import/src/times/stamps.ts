import { TIMEFRAME_MS, type StampChoice, type Timeframe } from '@ktrdr/contracts';

const MINUTE_MS = 60_000;
/** A close is often written as the last second, or the last ms, of its bar. */
const LAST_SECOND_MS = 59_000;

/** Turns close times into open times, in place. Times that all end with the last second of a minute are close times. */
export function toOpenTimes(
  times: Float64Array,
  timeframe: Timeframe | null,
  chosen: StampChoice | undefined,
): StampChoice {
  const stamps = chosen ?? (endWithLastSecond(times) ? 'close' : 'open');
  if (stamps === 'open' || timeframe === null) return stamps;
  const length = TIMEFRAME_MS[timeframe];
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    const isLast = ((time % MINUTE_MS) + MINUTE_MS) % MINUTE_MS >= LAST_SECOND_MS;
    times[row] = (isLast ? Math.ceil(time / MINUTE_MS) * MINUTE_MS : time) - length;
  }
  return stamps;
}

function endWithLastSecond(times: Float64Array): boolean {
  let any = false;
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    if (((time % MINUTE_MS) + MINUTE_MS) % MINUTE_MS < LAST_SECOND_MS) return false;
    any = true;
  }
  return any;
}
