import type { HostList, TrainingHostInfo } from '@ktrdr/contracts';
import { oneLine } from '../printable.js';
import { formatDuration } from '../progress/duration.js';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** One line a host. @param now UTC ms */
export function hostsView({ mode, hosts }: HostList, { now, style }: { now: number; style: Style }): string {
  if (mode === 'local') return 'Trainings run beside the API: there are no hosts.';
  if (hosts.length === 0) return 'No host takes trainings from the queue. Start one: npm run host -- --queue';
  const table = textTable(
    [
      { head: 'host' },
      { head: 'status' },
      { head: 'heard', align: 'right' },
      { head: 'engine' },
      { head: 'load', align: 'right' },
      { head: 'runs' },
    ],
    hosts.map((host) => [
      oneLine(host.name),
      host.status === 'up' ? style.green(host.status) : style.yellow(host.status),
      heard(host, now),
      engine(host),
      `${host.sessions_running}/${host.sessions_max ?? '?'}`,
      oneLine(host.operations?.join(', ') ?? ''),
    ]),
    style,
  );
  const up = hosts.filter(({ status }) => status === 'up').length;
  return `${table}\n\n  ${counted(hosts.length, 'host')}, ${up} up`;
}

function heard({ last_heartbeat }: TrainingHostInfo, now: number): string {
  if (last_heartbeat === null) return 'never';
  const seconds = Math.max(0, (now - Date.parse(last_heartbeat)) / 1000);
  return seconds < 3 ? 'now' : `${formatDuration(seconds)} ago`;
}

/** `onnx (cpu)`: the first of those that the host would take. */
function engine({ engines }: TrainingHostInfo): string {
  const [first, ...others] = engines;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return `${oneLine(first.engine)} (${oneLine(first.device)})${more}`;
}
