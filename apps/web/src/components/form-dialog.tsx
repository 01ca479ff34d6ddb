import type { ComponentChildren } from 'preact';
import type { Action } from '../api/use-action.js';
import { Dialog } from './dialog.js';
import { ErrorNote } from './note.js';
import './form-dialog.css';

interface FormDialogProps {
  title: string;
  /** What the button says: `Download`, `Create`. */
  verb: string;
  action: Action<void>;
  /** False while something that must be filled in is missing. */
  isComplete?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A form in a dialog. It stays open if the action fails, and says why. */
export function FormDialog({ title, verb, action, isComplete = true, onClose, children }: FormDialogProps) {
  const { isRunning, error } = action.state.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isComplete) action.run();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {children}
        {error !== null && <ErrorNote error={error} />}
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={isRunning || !isComplete}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
