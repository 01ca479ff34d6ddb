import type { MigrateStrategyResponse } from '@ktrdr/contracts';
import { Dialog } from '../../components/dialog.js';
import { DifferenceView } from './difference-view.js';

interface MigrateDialogProps {
  /** Text in the editor. */
  text: string;
  migrated: MigrateStrategyResponse;
  onApply: () => void;
  onClose: () => void;
}

/** Shows what a conversion to v3 changes. Only the text in the editor changes; the user saves it. */
export function MigrateDialog({ text, migrated, onApply, onClose }: MigrateDialogProps) {
  return (
    <Dialog title="Convert to v3" onClose={onClose}>
      <div class="stack">
        <p>Lines with − go, lines with + come. The file is stored only when you save it.</p>
        {migrated.notes.length > 0 && (
          <ul>
            {migrated.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <DifferenceView before={text} after={migrated.strategy} />
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Keep v2
          </button>
          <button type="button" class="button button-main" onClick={onApply}>
            Use the v3 text
          </button>
        </div>
      </div>
    </Dialog>
  );
}
