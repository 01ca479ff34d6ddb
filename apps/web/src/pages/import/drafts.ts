import { signal } from '@preact/signals';
import { ImportDraft } from './import-draft.js';

/** The files of the import page. They stay while the user looks at other pages. */
export const drafts = signal<readonly ImportDraft[]>([]);

/** The last upload; the next one begins after it. */
let uploading: Promise<void> = Promise.resolve();

/** Adds files, and uploads them one after another. */
export function addFiles(files: readonly File[]): void {
  const added = files.map((file) => new ImportDraft(file));
  drafts.value = [...drafts.peek(), ...added];
  for (const draft of added) {
    uploading = uploading.then(() => (drafts.peek().includes(draft) ? draft.upload() : undefined));
  }
}

/** Takes a file off the page. A started import continues. */
export function removeDraft(draft: ImportDraft): void {
  drafts.value = drafts.peek().filter((one) => one !== draft);
  draft.remove();
}

/** True if leaving the page would lose something. */
export function hasOpenDrafts(): boolean {
  return drafts.peek().some(({ phase }) => phase.peek().step !== 'started');
}
