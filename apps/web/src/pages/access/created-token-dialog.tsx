import type { CreatedToken } from '@ktrdr/contracts';
import { Dialog } from '../../components/dialog.js';
import { Note } from '../../components/note.js';
import { Secret } from '../../components/secret.js';

/** Shows a new token, once. */
export function CreatedTokenDialog({ created, onClose }: { created: CreatedToken; onClose: () => void }) {
  return (
    <Dialog title={`The token of ${created.name}`} onClose={onClose}>
      <div class="stack">
        <Note kind="warning">Copy it now. The API keeps only its hash and cannot show it again.</Note>
        <Secret text={created.token} label="Token" />
        <p>
          Use it with <code>ktrdr login</code> on the command line, on the login page in a browser, and in the
          header <code>Authorization: Bearer</code> over HTTP.
        </p>
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            I have copied it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
