import { oneLine, type AuditEntry, type AuditList, type TokenList } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { ago } from './ago.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** One line per token. */
export function tokensView({ tokens }: TokenList, { columns, now, style }: Screen): string {
  if (tokens.length === 0)
    return 'There are no tokens. Create the first one: ktrdr token create --role admin --name NAME';
  const table = textTable(
    [
      { head: 'id' },
      { head: 'name', least: 10 },
      { head: 'role' },
      { head: 'created', drop: 1 },
      { head: 'by', least: 8, drop: 2 },
    ],
    tokens.map(({ id, name, role, created_at, created_by }) =>
      [id, name, role, ago(created_at, now), created_by].map(oneLine),
    ),
    style,
    columns,
  );
  return `${table}\n\n  ${counted(tokens.length, 'token')}`;
}

/** One line per entry, newest first. */
export function auditView(
  { entries, total_count: total }: AuditList,
  offset: number,
  { columns, style }: Screen,
): string {
  if (entries.length === 0)
    return total === 0 ? 'No entries.' : `No entries from ${offset + 1} on; there are ${total}.`;
  const table = textTable(
    [
      { head: 'time (UTC)' },
      { head: 'caller', least: 8 },
      { head: 'action' },
      { head: 'target', least: 12 },
      { head: 'from', drop: 1 },
      { head: 'outcome', least: 8 },
    ],
    entries.map((entry) => [
      time(entry.at),
      oneLine(entry.caller ?? '-'),
      entry.action,
      oneLine(entry.target),
      oneLine(entry.address),
      outcome(entry, style),
    ]),
    style,
    columns,
  );
  const shown = total > entries.length ? `, ${offset + 1} to ${offset + entries.length} shown` : '';
  return `${table}\n\n  ${counted(total, 'entry', 'entries')}${shown}`;
}

function outcome({ outcome: end, status, code, count }: AuditEntry, style: Style): string {
  if (end === 'done') return style.green(end);
  const times = count > 1 ? `, ${count} times` : '';
  return style.yellow(`${end}: ${oneLine(code ?? String(status))}${times}`);
}

function time(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
