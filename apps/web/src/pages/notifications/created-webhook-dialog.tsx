import { WEBHOOK_HEADERS, type CreatedWebhook } from '@ktrdr/contracts';
import { Dialog } from '../../components/dialog.js';
import { Note } from '../../components/note.js';
import { Secret } from '../../components/secret.js';

/** Shows the key of a webhook's signatures, once. */
export function CreatedWebhookDialog({ created, onClose }: { created: CreatedWebhook; onClose: () => void }) {
  return (
    <Dialog title={`The secret of ${created.name ?? created.url}`} onClose={onClose}>
      <div class="stack">
        <Note kind="warning">Copy it now. It is not shown again.</Note>
        <Secret text={created.secret} label="Secret" />
        <p>
          Your program needs it to check that a request comes from this API: the header{' '}
          <code>{WEBHOOK_HEADERS.signature}</code> is the HMAC SHA-256 of the header{' '}
          <code>{WEBHOOK_HEADERS.timestamp}</code>, a dot and the body.
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
