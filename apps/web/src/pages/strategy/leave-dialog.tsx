import type { Action } from '../../api/use-action.js';
import { Dialog } from '../../components/dialog.js';
import { ErrorNote } from '../../components/note.js';
import type { LeaveWarning } from '../../shell/use-leave-warning.js';

/** Asks before unsaved changes are lost. */
export function LeaveDialog({ warning, save }: { warning: LeaveWarning; save: Action<void> }) {
  const { isRunning, error } = save.state.value;
  return (
    <Dialog title="Leave without saving?" onClose={warning.stay}>
      <div class="stack">
        <p>You lose the changes since the last save.</p>
        {error !== null && <ErrorNote error={error} />}
        <div class="page-actions">
          <button type="button" class="button" onClick={warning.stay}>
            Stay
          </button>
          <button type="button" class="button button-danger" onClick={warning.leave}>
            Leave
          </button>
          <button type="button" class="button button-main" disabled={isRunning} onClick={() => save.run()}>
            Save and leave
          </button>
        </div>
      </div>
    </Dialog>
  );
}
