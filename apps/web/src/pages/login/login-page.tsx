import { LOCAL_CALLER } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { Field } from '../../components/field.js';
import { ErrorNote, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { TextInput } from '../../components/text-input.js';
import { useResource } from '../../live/use-resource.js';
import { tellOtherTabs } from '../../shell/caller.js';
import { nextAddress } from './next-address.js';
import './login-page.css';

/** The API's message is for programs that send the token themselves. */
const NOT_VALID = {
  message: 'This token is not valid: it is unknown or was revoked. Check that you have copied all of it.',
};

/** Asks for a token. The API keeps it in a cookie that scripts cannot read. */
export function LoginPage() {
  const { query, route } = useLocation();
  const next = nextAddress(query.next, location.origin);
  const token = useSignal('');
  const box = useRef<HTMLDivElement>(null);
  // an API without tokens lets everyone on its machine in
  const current = useResource('caller', (signal) => request('getCaller', { signal }));
  const { value, error } = current.resource.value;
  const login = useAction(
    () => request('login', { body: { token: token.value.trim() } }),
    () => {
      tellOtherTabs();
      route(next, true);
    },
  );
  const refused = login.state.value.error;
  useEffect(() => box.current?.querySelector('input')?.focus(), []);

  return (
    <div class="login" ref={box}>
      <p class="login-brand">
        <img src="/favicon.svg" alt="" width="24" height="24" /> ktrdr
      </p>
      <PageHeader title="Log in" />
      {query.ended !== undefined && value === null && (
        <Note kind="warning">
          Your login has ended: the token was revoked or has expired, or you logged out.
        </Note>
      )}
      {value !== null && (
        <Note kind="info">
          <p>
            {value.name === LOCAL_CALLER
              ? 'This API has no tokens, so it needs no login from its own machine. '
              : `You are logged in as ${value.name} (${value.role}). `}
            <a href={next}>Continue</a>
          </p>
        </Note>
      )}
      {error !== null && error.code !== 'unauthenticated' && (
        <ErrorNote error={error} retry={current.reload} />
      )}
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.value.trim() !== '') login.run();
        }}
      >
        <Field label="Access token" hint="It begins with ktrdr_.">
          {(attributes) => (
            <TextInput
              attributes={attributes}
              type="password"
              value={token.value}
              isRequired
              onType={(text) => {
                token.value = text;
                login.reset();
              }}
            />
          )}
        </Field>
        {refused !== null && <ErrorNote error={refused.code === 'unauthenticated' ? NOT_VALID : refused} />}
        <button
          type="submit"
          class="button button-main"
          disabled={token.value.trim() === '' || login.state.value.isRunning}
        >
          Log in
        </button>
      </form>
      <details>
        <summary>No token?</summary>
        <p>Ask someone with an admin token for one, or create one on the machine of the API:</p>
        <pre>
          <code>npm start -- token create --role admin --name NAME</code>
        </pre>
        <p>
          With an admin token you can create more: with <code>ktrdr token create</code>, or on the page
          Access.
        </p>
      </details>
    </div>
  );
}
