import { profileChoices, type ProfileList } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { Field } from '../../components/field.js';
import { TextInput } from '../../components/text-input.js';
import type { ResourceControl } from '../../live/use-resource.js';
import type { ImportDraft } from './import-draft.js';

interface ProfileFormProps {
  draft: ImportDraft;
  profiles: ResourceControl<ProfileList>;
}

/** Uses the saved choices of another import, or saves those of this one. */
export function ProfileForm({ draft, profiles }: ProfileFormProps) {
  const list = profiles.resource.value.value?.profiles ?? [];
  const { profile = '' } = draft.request.value;
  const name = useSignal('');
  const isDeleting = useSignal(false);
  const save = useAction(
    () => {
      const used = list.find((one) => one.name === profile)?.choices ?? {};
      return request('keepProfile', {
        params: { name: name.value.trim() },
        body: { ...used, ...profileChoices(draft.request.value) },
      });
    },
    () => {
      name.value = '';
      profiles.reload();
    },
  );
  const remove = useAction(
    () => request('deleteProfile', { params: { name: profile } }),
    () => {
      isDeleting.value = false;
      draft.choose({ profile: undefined });
      profiles.reload();
    },
  );
  return (
    <>
      <Field
        label="Profile"
        hint="Saved choices, for example of one broker. Choices of this form override them."
      >
        {(attributes) => (
          <span class="typed-answer">
            <ChoiceSelect
              attributes={attributes}
              value={profile}
              choices={[
                ['', list.length === 0 ? 'None saved yet' : 'None'],
                ...list.map((one): [string, string] => [one.name, one.name]),
              ]}
              onChoose={(chosen) => draft.choose({ profile: chosen === '' ? undefined : chosen })}
            />
            {profile !== '' && (
              <button type="button" class="button" onClick={() => (isDeleting.value = true)}>
                Delete
              </button>
            )}
          </span>
        )}
      </Field>
      <Field label="Save the choices as" error={save.state.value.error?.message}>
        {(attributes) => (
          <form
            class="typed-answer"
            onSubmit={(event) => {
              event.preventDefault();
              if (name.value.trim() !== '') save.run();
            }}
          >
            <TextInput
              attributes={attributes}
              value={name.value}
              onType={(text) => (name.value = text)}
              placeholder="my-broker"
            />
            <button
              type="submit"
              class="button"
              disabled={name.value.trim() === '' || save.state.value.isRunning}
            >
              Save
            </button>
          </form>
        )}
      </Field>
      {isDeleting.value && (
        <ConfirmDialog
          title={`Delete the profile ${profile}?`}
          verb="Delete"
          action={remove}
          onClose={() => (isDeleting.value = false)}
        >
          <p>Imports that used it stay as they are.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
