import type { Webhook, WebhookDelivery } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { useSignal } from '@preact/signals';
import { Moment } from '../../components/moment.js';
import { TableBox } from '../../components/table-box.js';
import { formatNumber } from '../../format/numbers.js';
import { formatDuration } from '../../format/times.js';
import { EVENT_WORDS } from './event-choice.js';

interface WebhooksTableProps {
  webhooks: readonly Webhook[];
  remove: (webhook: Webhook) => void;
  /** Called after each test. */
  tested: () => void;
}

/** One row for each webhook. */
export function WebhooksTable({ webhooks, remove, tested }: WebhooksTableProps) {
  return (
    <TableBox label="List of webhooks">
      <table aria-label="List of webhooks">
        <thead>
          <tr>
            <th scope="col">Webhook</th>
            <th scope="col">Events</th>
            <th scope="col">Last delivery</th>
            <th scope="col" class="number">
              Waiting
            </th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} remove={remove} tested={tested} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

interface WebhookRowProps {
  webhook: Webhook;
  remove: (webhook: Webhook) => void;
  tested: () => void;
}

function WebhookRow({ webhook, remove, tested }: WebhookRowProps) {
  const { id, name, url, on, waiting, last_delivery } = webhook;
  const said = useSignal<{ isGood: boolean; text: string } | null>(null);
  const test = useAction(
    () => request('testWebhook', { params: { id } }),
    ({ delivered, status, duration_ms, problem }) => {
      said.value = delivered
        ? { isGood: true, text: `✓ delivered, status ${status} after ${formatDuration(duration_ms)}` }
        : { isGood: false, text: `✕ ${problem ?? `status ${status}`}` };
      tested();
    },
  );
  const { isRunning, error } = test.state.value;
  return (
    <tr>
      <th scope="row" class="webhook-address">
        {name !== null && <strong>{name}</strong>}
        {url}
      </th>
      <td>{on.map((event) => EVENT_WORDS[event]).join(', ')}</td>
      <td class="webhook-problem">
        {last_delivery === null ? <span class="muted">none yet</span> : <Delivery delivery={last_delivery} />}
        <div role="status">
          {said.value !== null && (
            <span class={said.value.isGood ? 'outcome-done' : 'field-error'}>Test: {said.value.text}</span>
          )}
          {error !== null && <span class="field-error">{error.message}</span>}
        </div>
      </td>
      <td class="number">{formatNumber(waiting)}</td>
      <td>
        <span class="webhook-actions">
          <button
            type="button"
            class="button"
            disabled={isRunning}
            aria-label={`Test ${name ?? url}`}
            onClick={() => test.run()}
          >
            Test
          </button>
          <button
            type="button"
            class="button button-danger"
            aria-label={`Remove ${name ?? url}`}
            onClick={() => remove(webhook)}
          >
            Remove
          </button>
        </span>
      </td>
    </tr>
  );
}

const OUTCOME_SIGNS: Readonly<Record<WebhookDelivery['outcome'], string>> = {
  delivered: '✓',
  retrying: '⚠',
  failed: '✕',
};

function Delivery({
  delivery: { at, operation_id, outcome, tries, problem },
}: {
  delivery: WebhookDelivery;
}) {
  return (
    <>
      <span class={outcome === 'delivered' ? 'outcome-done' : 'outcome-other'}>
        {OUTCOME_SIGNS[outcome]} {outcome}
      </span>{' '}
      <Moment at={at} />
      {operation_id !== null && (
        <>
          {' '}
          (<a href={`/app/operations/${operation_id}`}>operation</a>)
        </>
      )}
      {tries > 1 && `, ${formatNumber(tries)} tries`}
      {problem !== null && <div class="field-error">{problem}</div>}
    </>
  );
}
