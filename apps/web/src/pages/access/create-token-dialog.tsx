import { ROLES, type CreatedToken, type Role } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request, withoutLogin } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { TextInput } from '../../components/text-input.js';
import { caller, tellOtherTabs } from '../../shell/caller.js';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  read: 'read: see everything but tokens and the audit log',
  operate: 'operate: also start, cancel, import and delete',
  admin: 'admin: also manage tokens',
};

interface CreateTokenDialogProps {
  /** The first token must be an admin token. */
  isFirst: boolean;
  onCreated: (token: CreatedToken) => void;
  onClose: () => void;
}

/** Creates a token. */
export function CreateTokenDialog({ isFirst, onCreated, onClose }: CreateTokenDialogProps) {
  const name = useSignal('');
  const role = useSignal<Role>(isFirst ? 'admin' : 'read');
  const createToken = (): Promise<CreatedToken> =>
    request('createToken', { body: { name: name.value.trim(), role: role.value } });
  // from the first token on, this page needs one too
  const createFirst = (): Promise<CreatedToken> =>
    withoutLogin(async () => {
      const token = await createToken();
      caller.value = await request('login', { body: { token: token.token } });
      tellOtherTabs();
      return token;
    });
  const create = useAction(isFirst ? createFirst : createToken, onCreated);
  return (
    <FormDialog
      title="Create a token"
      verb="Create"
      action={create}
      isComplete={name.value.trim() !== ''}
      onClose={onClose}
    >
      <Field label="Name" hint="Whose token it is, or what for: letters, digits, . _ @ and -.">
        {(attributes) => (
          <TextInput
            attributes={attributes}
            value={name.value}
            isRequired
            onType={(text) => (name.value = text)}
          />
        )}
      </Field>
      <Field label="Role" hint={isFirst ? 'The first token must be an admin token.' : undefined}>
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={role.value}
            choices={(isFirst ? (['admin'] as const) : ROLES).map((one): [Role, string] => [
              one,
              ROLE_WORDS[one],
            ])}
            onChoose={(one) => (role.value = one)}
          />
        )}
      </Field>
      {isFirst && (
        <p class="muted">
          From now on, every request needs a token, also from the command line: <code>ktrdr login</code>. This
          page logs in with the new token.
        </p>
      )}
    </FormDialog>
  );
}
