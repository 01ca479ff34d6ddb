import type { CreatedWebhook, Webhook } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { useResource } from '../../live/use-resource.js';
import { AddWebhookDialog } from './add-webhook-dialog.js';
import { CreatedWebhookDialog } from './created-webhook-dialog.js';
import { WebhooksTable } from './webhooks-table.js';

/** Requests that the API sends to other programs. */
export function WebhooksSection() {
  const webhooks = useResource('webhooks', (signal) => request('listWebhooks', { signal }));
  const isAdding = useSignal(false);
  const created = useSignal<CreatedWebhook | null>(null);
  const removing = useSignal<Webhook | null>(null);
  const { value, error } = webhooks.resource.value;
  return (
    <section aria-labelledby="webhooks-title">
      <div class="section-header">
        <h2 id="webhooks-title">Webhooks</h2>
        <div class="page-actions">
          <button type="button" class="button" onClick={webhooks.reload}>
            Refresh
          </button>
          <button type="button" class="button button-main" onClick={() => (isAdding.value = true)}>
            Add a webhook
          </button>
        </div>
      </div>
      {error !== null && <ErrorNote error={error} retry={webhooks.reload} />}
      {value === null ? (
        error === null && <Loading lines={3} label="webhooks" />
      ) : value.webhooks.length === 0 ? (
        <EmptyState title="No webhooks yet">
          <p>
            The API can send a signed request to your chat, your pager or your own program when an operation
            ends.
          </p>
        </EmptyState>
      ) : (
        <WebhooksTable
          webhooks={value.webhooks}
          remove={(webhook) => (removing.value = webhook)}
          tested={webhooks.reload}
        />
      )}
      {isAdding.value && (
        <AddWebhookDialog
          onCreated={(webhook) => {
            isAdding.value = false;
            created.value = webhook;
            webhooks.reload();
          }}
          onClose={() => (isAdding.value = false)}
        />
      )}
      {created.value !== null && (
        <CreatedWebhookDialog created={created.value} onClose={() => (created.value = null)} />
      )}
      {removing.value !== null && (
        <RemoveDialog
          webhook={removing.value}
          onRemoved={() => {
            removing.value = null;
            webhooks.reload();
          }}
          onClose={() => (removing.value = null)}
        />
      )}
    </section>
  );
}

interface RemoveDialogProps {
  webhook: Webhook;
  onRemoved: () => void;
  onClose: () => void;
}

function RemoveDialog({ webhook: { id, name, url, waiting }, onRemoved, onClose }: RemoveDialogProps) {
  const remove = useAction(() => request('deleteWebhook', { params: { id } }), onRemoved);
  return (
    <ConfirmDialog title={`Remove ${name ?? 'the webhook'}?`} verb="Remove" action={remove} onClose={onClose}>
      <p>
        {url} gets no more requests.
        {waiting > 0 && ' Its waiting deliveries are dropped.'}
      </p>
    </ConfirmDialog>
  );
}
