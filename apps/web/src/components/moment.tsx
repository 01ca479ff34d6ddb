import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { now } from '../clock.js';
import { formatAgo, formatMoment, formatUtc } from '../format/times.js';
import { UNKNOWN } from '../format/numbers.js';
import { clockDifference } from '../live/connection.js';

/** How often relative times are written again, ms. */
const TICK_MS = 10_000;

interface MomentProps {
  /** ISO 8601; `null` if unknown. */
  at: string | null | undefined;
  /** `ago`: how long ago; `full`: date and time in the user's zone. */
  as?: 'ago' | 'full';
}

/** A moment for people. The title has it in UTC and in the user's zone. */
export function Moment({ at, as = 'ago' }: MomentProps) {
  const time = at === null || at === undefined ? Number.NaN : Date.parse(at);
  const ticks = useSignal(0);
  useEffect(() => {
    if (as !== 'ago') return undefined;
    const timer = setInterval(() => {
      ticks.value += 1;
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [as]);
  // read, so that a tick writes it again
  void ticks.value;
  if (Number.isNaN(time)) return <span>{UNKNOWN}</span>;
  return (
    <time dateTime={new Date(time).toISOString()} title={`${formatUtc(time)} (${formatMoment(time)})`}>
      {as === 'ago' ? formatAgo(time, now() + clockDifference.value) : formatMoment(time)}
    </time>
  );
}
