import type { CreatedWebhook, NotificationEvent } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { TextInput } from '../../components/text-input.js';
import { EventChoice } from './event-choice.js';

interface AddWebhookDialogProps {
  onCreated: (webhook: CreatedWebhook) => void;
  onClose: () => void;
}

/** Adds a webhook. */
export function AddWebhookDialog({ onCreated, onClose }: AddWebhookDialogProps) {
  const url = useSignal('');
  const name = useSignal('');
  const on = useSignal<readonly NotificationEvent[]>(['completed', 'failed', 'edge']);
  const add = useAction(
    () =>
      request('createWebhook', {
        body: {
          url: url.value.trim(),
          on: [...on.value],
          ...(name.value.trim() === '' ? {} : { name: name.value.trim() }),
        },
      }),
    onCreated,
  );
  return (
    <FormDialog
      title="Add a webhook"
      verb="Add"
      action={add}
      isComplete={url.value.trim() !== '' && on.value.length > 0}
      onClose={onClose}
    >
      <Field
        label="Address"
        hint="The API sends its requests there. An address in a private network needs the API's setting NOTIFY_PRIVATE_NETWORKS."
      >
        {(attributes) => (
          <TextInput
            attributes={attributes}
            type="url"
            value={url.value}
            isRequired
            placeholder="https://example.com/ktrdr"
            onType={(text) => (url.value = text)}
          />
        )}
      </Field>
      <Field label="Name" hint="Optional.">
        {(attributes) => (
          <TextInput attributes={attributes} value={name.value} onType={(text) => (name.value = text)} />
        )}
      </Field>
      <EventChoice
        legend="Send a request when an operation is"
        chosen={on.value}
        choose={(events) => (on.value = events)}
      />
    </FormDialog>
  );
}
