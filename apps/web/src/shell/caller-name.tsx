import { LOCAL_CALLER } from '@ktrdr/contracts';
import { useLocation } from 'preact-iso';
import { request } from '../api/client.js';
import { useAction } from '../api/use-action.js';
import { caller, tellOtherTabs } from './caller.js';

/** Who is logged in, and the way out. Shows nothing while the API needs no token. */
export function CallerName() {
  const { route } = useLocation();
  const logout = useAction(
    () => request('logout'),
    () => {
      caller.value = null;
      tellOtherTabs();
      route('/app/login');
    },
  );
  if (caller.value === null || caller.value.name === LOCAL_CALLER) return null;
  const { name, role } = caller.value;
  const { isRunning, error } = logout.state.value;
  return (
    <span class="caller">
      <span>
        {name} ({role})
      </span>
      <button type="button" class="button" disabled={isRunning} onClick={() => logout.run()}>
        Log out
      </button>
      {error !== null && (
        <span class="field-error" role="alert">
          {error.message}
        </span>
      )}
    </span>
  );
}
