import { oneLine, type Webhook, type WebhookList } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import { ago } from './ago.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** One line per webhook, and the problem of each that has one. */
export function webhooksView({ webhooks }: WebhookList, screen: Screen): string {
  if (webhooks.length === 0)
    return 'There are no webhooks. Add one: ktrdr notify add URL --on completed,failed,edge';
  const table = textTable(
    [
      { head: 'id' },
      { head: 'name', least: 8, drop: 2 },
      { head: 'on', drop: 1 },
      { head: 'url', least: 20 },
      { head: 'last delivery' },
    ],
    webhooks.map((webhook) => [
      oneLine(webhook.id),
      oneLine(webhook.name ?? '-'),
      webhook.on.join(', '),
      oneLine(webhook.url),
      lastOf(webhook, screen),
    ]),
    screen.style,
    screen.columns,
  );
  const problems = webhooks.flatMap((webhook) => problemsOf(webhook));
  return [table, `  ${counted(webhooks.length, 'webhook')}`, ...problems].join('\n\n');
}

function lastOf({ last_delivery: last, waiting }: Webhook, { now, style }: Screen): string {
  const more = waiting === 0 ? '' : `, ${waiting} waiting`;
  if (last === null) return `none${more}`;
  const colour = last.outcome === 'delivered' ? style.green : style.yellow;
  return `${colour(last.outcome)} ${ago(last.at, now)}${more}`;
}

function problemsOf({ id, last_delivery: last, dropped }: Webhook): string[] {
  const problem = last?.problem ?? null;
  return [
    ...(problem === null ? [] : [`  ${oneLine(id)}: ${oneLine(problem)}`]),
    ...(dropped === 0
      ? []
      : [`  ${oneLine(id)}: ${counted(dropped, 'message')} dropped, because too many were waiting.`]),
  ];
}
