import { useEffect } from 'preact/hooks';
import { request } from '../../api/client.js';
import { EmptyState } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import { caller, may } from '../../shell/caller.js';
import { DraftCard } from './draft-card.js';
import { addFiles, drafts, hasOpenDrafts } from './drafts.js';
import { DropZone } from './drop-zone.js';
import './import-page.css';

/** Imports files of bars: upload, preview, questions, and the import itself. */
export function ImportPage() {
  const profiles = useResource('profiles', (signal) => request('listProfiles', { signal }));
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (hasOpenDrafts()) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);

  if (caller.value !== null && !may('operate')) {
    return (
      <>
        <PageHeader title="Import files" />
        <EmptyState title="Your token may only read">
          <p>An import needs a token with the role operate.</p>
        </EmptyState>
      </>
    );
  }
  const ready = drafts.value.filter(
    ({ phase, preview, isReading }) =>
      phase.value.step === 'uploaded' && preview.value?.questions.length === 0 && !isReading.value,
  );
  const actions = ready.length > 1 && (
    <button
      type="button"
      class="button button-main"
      onClick={() => {
        for (const draft of ready) void draft.start();
      }}
    >
      Import {ready.length} files
    </button>
  );
  return (
    <>
      <PageHeader title="Import files" actions={actions} />
      <div class="stack">
        <DropZone onFiles={addFiles} />
        {drafts.value.map((draft) => (
          <DraftCard key={draft.key} draft={draft} profiles={profiles} />
        ))}
      </div>
    </>
  );
}
