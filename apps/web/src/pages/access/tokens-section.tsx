import { LOCAL_CALLER, type AccessToken, type CreatedToken, type TokenList } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { Moment } from '../../components/moment.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { TableBox } from '../../components/table-box.js';
import type { ResourceControl } from '../../live/use-resource.js';
import { caller } from '../../shell/caller.js';
import { CreateTokenDialog } from './create-token-dialog.js';
import { CreatedTokenDialog } from './created-token-dialog.js';

/** The tokens: create and revoke them. */
export function TokensSection({ tokens }: { tokens: ResourceControl<TokenList> }) {
  const isCreating = useSignal(false);
  const created = useSignal<CreatedToken | null>(null);
  const revoking = useSignal<AccessToken | null>(null);
  const { value, error } = tokens.resource.value;
  const isFirst = value?.tokens.length === 0;
  return (
    <section aria-labelledby="tokens-title">
      <div class="section-header">
        <h2 id="tokens-title">Tokens</h2>
        <button type="button" class="button button-main" onClick={() => (isCreating.value = true)}>
          Create a token
        </button>
      </div>
      {error !== null && <ErrorNote error={error} retry={tokens.reload} />}
      {value === null ? (
        error === null && <Loading lines={3} label="tokens" />
      ) : isFirst ? (
        <EmptyState title="There are no tokens">
          <p>
            Every program on the machine of the API may use it. After the first token, which must have the
            role admin, every request needs one.
          </p>
        </EmptyState>
      ) : (
        <TokensTable tokens={value.tokens} revoke={(token) => (revoking.value = token)} />
      )}
      {isCreating.value && (
        <CreateTokenDialog
          isFirst={isFirst}
          onCreated={(token) => {
            isCreating.value = false;
            created.value = token;
            tokens.reload();
          }}
          onClose={() => (isCreating.value = false)}
        />
      )}
      {created.value !== null && (
        <CreatedTokenDialog created={created.value} onClose={() => (created.value = null)} />
      )}
      {revoking.value !== null && (
        <RevokeDialog
          token={revoking.value}
          onRevoked={() => {
            revoking.value = null;
            tokens.reload();
          }}
          onClose={() => (revoking.value = null)}
        />
      )}
    </section>
  );
}

interface TokensTableProps {
  tokens: readonly AccessToken[];
  revoke: (token: AccessToken) => void;
}

function TokensTable({ tokens, revoke }: TokensTableProps) {
  return (
    <TableBox label="List of tokens">
      <table aria-label="List of tokens">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">Id</th>
            <th scope="col">Created</th>
            <th scope="col">By</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">
                {token.name}
                {token.name === caller.value?.name && <span class="muted"> (you)</span>}
              </th>
              <td>{token.role}</td>
              <td>
                <code>{token.id}</code>
              </td>
              <td>
                <Moment at={token.created_at} />
              </td>
              <td>{token.created_by === LOCAL_CALLER ? 'before the first token' : token.created_by}</td>
              <td class="row-actions">
                <button
                  type="button"
                  class="button button-danger"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => revoke(token)}
                >
                  Revoke
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

interface RevokeDialogProps {
  token: AccessToken;
  onRevoked: () => void;
  onClose: () => void;
}

function RevokeDialog({ token: { id, name, role }, onRevoked, onClose }: RevokeDialogProps) {
  const revoke = useAction(() => request('revokeToken', { params: { token: id } }), onRevoked);
  return (
    <ConfirmDialog title={`Revoke ${name}?`} verb="Revoke" action={revoke} onClose={onClose}>
      <p>
        Requests with this token ({role}, <code>{id}</code>) are refused from now on, and its open event
        streams end. This cannot be undone.
      </p>
      {name === caller.value?.name && (
        <p>
          <strong>You use this token yourself.</strong> You have to log in with another one.
        </p>
      )}
    </ConfirmDialog>
  );
}
