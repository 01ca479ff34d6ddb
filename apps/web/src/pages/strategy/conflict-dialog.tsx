import { Dialog } from '../../components/dialog.js';
import { counted } from '../../format/numbers.js';
import { foldEqualLines, textDifference } from './text-difference.js';

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;

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
  const difference = stored === null ? [] : foldEqualLines(textDifference(stored, mine));
  return (
    <Dialog title={stored === null ? 'The file was deleted' : 'The file was changed'} onClose={onClose}>
      <div class="stack">
        <p>
          {stored === null
            ? 'Someone has deleted the file since you opened it.'
            : 'Someone has saved the file since you opened it. Lines with − are only in the stored file, lines with + only in your text.'}
        </p>
        {stored !== null && (
          <pre class="difference" tabIndex={0} aria-label="Differences">
            {difference.map((line, index) =>
              typeof line === 'number' ? (
                <span key={index} class="difference-line muted">
                  … {counted(line, 'equal line')}
                </span>
              ) : (
                <span key={index} class={`difference-line difference-${line.kind}`}>
                  {SIGNS[line.kind]} {line.text}
                </span>
              ),
            )}
          </pre>
        )}
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
