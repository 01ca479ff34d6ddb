import { barTimeTitle, formatBarDate, formatBarTime } from '../format/bar-times.js';
import { UNKNOWN } from '../format/numbers.js';

/** Open time of a bar, as the API writes it; `null` if unknown. The title has it in UTC. */
export function BarTime({ time }: { time: string | null }) {
  if (time === null) return <span>{UNKNOWN}</span>;
  return (
    <time dateTime={time} title={barTimeTitle(time)}>
      {formatBarTime(time)}
    </time>
  );
}

/** First and last day of bars in UTC; the titles have the times. */
export function BarDays({ first, last }: { first: string | null; last: string | null }) {
  if (first === null || last === null) return <span>{UNKNOWN}</span>;
  return (
    <>
      <BarDay time={first} /> to <BarDay time={last} />
    </>
  );
}

function BarDay({ time }: { time: string }) {
  return (
    <time dateTime={time} title={barTimeTitle(time)}>
      {formatBarDate(Date.parse(time))}
    </time>
  );
}
