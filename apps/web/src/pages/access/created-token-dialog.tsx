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
          <code>ktrdr login</code> takes it on the command line, this page&apos;s login in a browser, and{' '}
          <code>Authorization: Bearer</code> over HTTP.
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
