import { oneLine, type HostList, type TrainingHostInfo } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import { ago } from './ago.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** One line per host. */
export function hostsView({ mode, hosts }: HostList, { columns, now, style }: Screen): string {
  if (mode === 'local') return 'There are no training hosts: the API trains locally.';
  if (hosts.length === 0) return 'No host takes trainings from the queue. Start one: npm run host -- --queue';
  const table = textTable(
    [
      { head: 'host', least: 12 },
      { head: 'status' },
      { head: 'last seen', drop: 1 },
      { head: 'engine', least: 8, drop: 2 },
      { head: 'load', align: 'right' },
      { head: 'operations', least: 12, drop: 3 },
    ],
    hosts.map((host) => [
      oneLine(host.name),
      host.status === 'up' ? style.green(host.status) : style.yellow(host.status),
      host.last_heartbeat === null ? 'never' : ago(host.last_heartbeat, now),
      engine(host),
      `${host.sessions_running}/${host.sessions_max ?? '?'}`,
      oneLine(host.operations?.join(', ') ?? ''),
    ]),
    style,
    columns,
  );
  const up = hosts.filter(({ status }) => status === 'up').length;
  return `${table}\n\n  ${counted(hosts.length, 'host')}, ${up} up`;
}

/** The engine that the host prefers, and the number of others: `onnx (cpu) +1`. */
function engine({ engines }: TrainingHostInfo): string {
  const [first, ...others] = engines;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return `${oneLine(first.engine)} (${oneLine(first.device)})${more}`;
}
