import { CopyButton } from './copy-button.js';
import './secret.css';

/** A secret that is shown once, with a button that copies it. */
export function Secret({ text, label }: { text: string; label: string }) {
  return (
    <div class="secret">
      <code aria-label={label}>{text}</code>
      <CopyButton text={text} />
    </div>
  );
}
