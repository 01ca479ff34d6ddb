import { Dialog } from '../../components/dialog.js';
import { DifferenceView } from './difference-view.js';

interface ConflictDialogProps {
  /** Text in the editor. */
  mine: string;
  /** Text of the stored file; `null` if it was deleted. */
  stored: string | null;
  onKeepMine: () => void;
  onTakeStored: () => void;
  onClose: () => void;
}

/** Shows both texts after somebody else has changed the file, and lets the user choose. */
export function ConflictDialog({ mine, stored, onKeepMine, onTakeStored, onClose }: ConflictDialogProps) {
  return (
    <Dialog title={stored === null ? 'The file was deleted' : 'The file was changed'} onClose={onClose}>
      <div class="stack">
        <p>
          {stored === null
            ? 'Someone has deleted the file since you opened it.'
            : 'Someone has saved the file since you opened it. Lines with − are only in the stored file, lines with + only in your text.'}
        </p>
        {stored !== null && <DifferenceView before={stored} after={mine} />}
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Keep editing
          </button>
          {stored !== null && (
            <button type="button" class="button button-danger" onClick={onTakeStored}>
              Use the stored file
            </button>
          )}
          <button type="button" class="button button-main" onClick={onKeepMine}>
            {stored === null ? 'Save it again' : 'Save my text'}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
