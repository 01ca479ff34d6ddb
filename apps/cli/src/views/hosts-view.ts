import { oneLine, type HostList, type TrainingHostInfo } from '@ktrdr/contracts';
import { formatDuration } from '../progress/duration.js';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** One line per host. @param now UTC ms */
export function hostsView({ mode, hosts }: HostList, { now, style }: { now: number; style: Style }): string {
  if (mode === 'local') return 'There are no training hosts: the API trains locally.';
  if (hosts.length === 0) return 'No host takes trainings from the queue. Start one: npm run host -- --queue';
  const table = textTable(
    [
      { head: 'host' },
      { head: 'status' },
      { head: 'last seen', align: 'right' },
      { head: 'engine' },
      { head: 'load', align: 'right' },
      { head: 'operations' },
    ],
    hosts.map((host) => [
      oneLine(host.name),
      host.status === 'up' ? style.green(host.status) : style.yellow(host.status),
      lastSeen(host, now),
      engine(host),
      `${host.sessions_running}/${host.sessions_max ?? '?'}`,
      oneLine(host.operations?.join(', ') ?? ''),
    ]),
    style,
  );
  const up = hosts.filter(({ status }) => status === 'up').length;
  return `${table}\n\n  ${counted(hosts.length, 'host')}, ${up} up`;
}

function lastSeen({ last_heartbeat }: TrainingHostInfo, now: number): string {
  if (last_heartbeat === null) return 'never';
  const seconds = Math.max(0, (now - Date.parse(last_heartbeat)) / 1000);
  return seconds < 3 ? 'now' : `${formatDuration(seconds)} ago`;
}

/** The engine that the host prefers, and the number of others: `onnx (cpu) +1`. */
function engine({ engines }: TrainingHostInfo): string {
  const [first, ...others] = engines;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return `${oneLine(first.engine)} (${oneLine(first.device)})${more}`;
}
