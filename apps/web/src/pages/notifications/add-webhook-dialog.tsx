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
        hint="The API sends its requests there. Addresses of private networks need a setting of the API."
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
      <Field label="Name" hint="Can stay empty.">
        {(attributes) => (
          <TextInput attributes={attributes} value={name.value} onType={(text) => (name.value = text)} />
        )}
      </Field>
      <EventChoice
        legend="Tell it when an operation is"
        chosen={on.value}
        choose={(events) => (on.value = events)}
      />
    </FormDialog>
  );
}
