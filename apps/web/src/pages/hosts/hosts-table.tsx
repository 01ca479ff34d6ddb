import type { TrainingHostInfo } from '@ktrdr/contracts';
import { Moment } from '../../components/moment.js';
import { TableBox } from '../../components/table-box.js';
import { UNKNOWN } from '../../format/numbers.js';

/** One row for each training host. */
export function HostsTable({ hosts }: { hosts: readonly TrainingHostInfo[] }) {
  return (
    <TableBox label="Training hosts">
      <table aria-label="Training hosts">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">State</th>
            <th scope="col">Last seen</th>
            <th scope="col">Engines</th>
            <th scope="col" class="number">
              Trainings
            </th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <HostRow key={host.name} host={host} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function HostRow({ host }: { host: TrainingHostInfo }) {
  const { name, mode, status, last_heartbeat, engines, sessions_running, sessions_max, operations } = host;
  return (
    <tr>
      <th scope="row">
        {name}
        <div class="muted host-mode">
          {mode === 'queue' ? 'takes from the queue' : 'gets trainings from the API'}
        </div>
      </th>
      <td>
        {status === 'up' ? <span class="check-ok">✓ up</span> : <span class="check-warning">⚠ silent</span>}
      </td>
      <td>{last_heartbeat === null ? 'never' : <Moment at={last_heartbeat} />}</td>
      <td>
        {engines.length === 0
          ? UNKNOWN
          : engines.map(({ engine, device }) => (
              <div key={engine}>
                {engine} <span class="muted">({device})</span>
              </div>
            ))}
      </td>
      <td class="number">
        {sessions_running} of {sessions_max ?? UNKNOWN}
      </td>
      <td>
        {operations === null
          ? UNKNOWN
          : operations.map((id) => (
              <div key={id}>
                <a href={`/app/operations/${id}`}>{id}</a>
              </div>
            ))}
      </td>
    </tr>
  );
}
