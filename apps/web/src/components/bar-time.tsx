import { barTimeTitle, formatBarTime } from '../format/bar-times.js';
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
