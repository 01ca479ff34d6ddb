import type { DoctorCheck, DoctorStatus } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { now } from '../../clock.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote, Loading, Note } from '../../components/note.js';
import { TableBox } from '../../components/table-box.js';
import { counted } from '../../format/numbers.js';
import { formatDuration } from '../../format/times.js';
import { useResource } from '../../live/use-resource.js';

/** Clocks that differ by more than this make times on the page wrong, ms. */
const CLOCK_MS = 60_000;
const SIGNS: Readonly<Record<DoctorStatus, string>> = {
  ok: '✓',
  absent: '–',
  warning: '⚠',
  problem: '✕',
};
const ORDER: readonly DoctorStatus[] = ['problem', 'warning', 'ok', 'absent'];

/** What the API needs, whether it has it, and what to do. */
export function DoctorList() {
  const report = useResource('doctor', async (signal) => ({
    ...(await request('getDoctorReport', { signal })),
    clientTime: now(),
  }));
  const { value, error, isLoading } = report.resource.value;
  if (error !== null) return <ErrorNote error={error} retry={report.reload} />;
  if (value === null) return <Loading lines={8} label="checks" />;
  const behind = Date.parse(value.server_time) - value.clientTime;
  const checks = ORDER.flatMap((status) => value.checks.filter((check) => check.status === status));
  const wrong = checks.filter(({ status }) => status === 'warning' || status === 'problem').length;
  return (
    <div class="stack">
      <div class="doctor-line">
        <span>
          Version {value.version}.{' '}
          {wrong === 0 ? 'Everything is fine.' : `${counted(wrong, 'check')} with a warning or a problem.`}{' '}
          <span class="muted">
            Checked <Moment at={value.server_time} />
          </span>
        </span>
        <button type="button" class="button" disabled={isLoading} onClick={report.reload}>
          Check again
        </button>
      </div>
      {Math.abs(behind) > CLOCK_MS && (
        <Note kind="warning">
          The clocks of the API and of this device differ by {formatDuration(Math.abs(behind))}. Synchronise
          both clocks with NTP.
        </Note>
      )}
      <TableBox label="Checks">
        <table aria-label="Checks">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">State</th>
              <th scope="col">Found</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <CheckRow key={check.name} check={check} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </div>
  );
}

function CheckRow({ check: { name, status, summary, advice } }: { check: DoctorCheck }) {
  return (
    <tr>
      <th scope="row" class="check-name">
        {name}
      </th>
      <td class={`check-${status}`}>
        {SIGNS[status]} {status}
      </td>
      <td class="check-found">
        {summary}
        {advice !== null && <div class="check-advice">{advice}</div>}
      </td>
    </tr>
  );
}
