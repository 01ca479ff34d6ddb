import type { ComponentChildren } from 'preact';
import type { Action } from '../api/use-action.js';
import { Dialog } from './dialog.js';
import { ErrorNote } from './note.js';

interface ConfirmDialogProps {
  title: string;
  /** What the button says: `Delete`, `Revoke`. */
  verb: string;
  action: Action<void>;
  onClose: () => void;
  /** What happens. */
  children: ComponentChildren;
}

/** Asks before something is removed. It stays open if the action fails, and says why. */
export function ConfirmDialog({ title, verb, action, onClose, children }: ConfirmDialogProps) {
  const { isRunning, error } = action.state.value;
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        <div>{children}</div>
        {error !== null && <ErrorNote error={error} />}
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Keep
          </button>
          <button
            type="button"
            class="button button-danger"
            disabled={isRunning}
            onClick={() => action.run()}
          >
            {verb}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
