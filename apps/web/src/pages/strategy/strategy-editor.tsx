import type { MigrateStrategyResponse, StrategyFile, StrategySchema } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { ErrorNote, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import { may } from '../../shell/caller.js';
import { ForRole } from '../../shell/for-role.js';
import { trainAddress } from '../../strategies/strategy-address.js';
import { useLeaveWarning } from '../../shell/use-leave-warning.js';
import { ConflictDialog } from './conflict-dialog.js';
import { documentationAt } from './editor/documentation.js';
import { EditorField, type EditorHandle } from './editor-field.js';
import { IssuesList } from './issues-list.js';
import { LeaveDialog } from './leave-dialog.js';
import { MissingBars } from './missing-bars.js';
import { MigrateDialog } from './migrate-dialog.js';
import { useDraft } from './use-draft.js';
import { useValidation } from './use-validation.js';

/** Text, problems and documentation of a strategy file. */
export function StrategyEditor({ file }: { file: StrategyFile }) {
  const { name } = file;
  const { route } = useLocation();
  const editor = useRef<EditorHandle>(null);
  const draft = useDraft(
    file,
    (text) => editor.current?.setText(text),
    () => warning.leave(),
  );
  const validation = useValidation(draft.text.value, file.file).value;
  const schema = useResource('strategy schema', (signal) => request('getStrategySchema', { signal })).resource
    .value;
  const cursor = useSignal(0);
  const isDeleting = useSignal(false);
  const deletion = useAction(
    () =>
      request('deleteStrategy', { params: { name }, query: { revision: draft.saved.value.revision ?? '' } }),
    () => {
      draft.discard();
      route('/app/strategies');
    },
  );
  const migrated = useSignal<{ text: string; migrated: MigrateStrategyResponse } | null>(null);
  const migration = useAction(
    async () => {
      const text = draft.text.peek();
      const body = { strategy: text, strategy_file: file.file };
      return { text, migrated: await request('migrateStrategy', { body }) };
    },
    (answer) => {
      migrated.value = answer;
    },
  );
  const warning = useLeaveWarning(() => draft.isUnsaved.peek());
  const isWritable = may('operate');
  const { issues = [] } = validation.answer ?? {};

  useEffect(() => editor.current?.setIssues(issues), [validation.answer]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (isWritable && draft.isUnsaved.peek()) draft.save.run();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [isWritable]);

  const { isRunning, error } = draft.save.state.value;
  return (
    <>
      <PageHeader
        title={name}
        beside={<SaveState isUnsaved={draft.isUnsaved.value} isSaving={isRunning} />}
        actions={
          <ForRole role="operate">
            <button type="button" class="button button-danger" onClick={() => (isDeleting.value = true)}>
              Delete
            </button>
            <a class="button" href={trainAddress(name)}>
              Train
            </a>
            <button
              type="button"
              class="button button-main"
              disabled={isRunning || !draft.isUnsaved.value}
              onClick={() => draft.save.run()}
            >
              Save
            </button>
          </ForRole>
        }
      />
      {error !== null && error.code !== 'strategy_changed' && <ErrorNote error={error} />}
      {draft.newer.value !== null && (
        <Note kind="warning">
          <p>Someone has saved this file since you opened it. Your text is not saved yet.</p>
          <button type="button" class="button" onClick={draft.showConflict}>
            Compare both
          </button>
        </Note>
      )}
      {validation.answer?.version === 'v2' && (
        <Note kind="info">
          <p>This file uses the grammar v2. It can be trained. Completion and documentation describe v3.</p>
          {isWritable && (
            <button
              type="button"
              class="button"
              disabled={migration.state.value.isRunning}
              onClick={() => migration.run()}
            >
              Convert to v3…
            </button>
          )}
        </Note>
      )}
      {migration.state.value.error !== null && <ErrorNote error={migration.state.value.error} />}
      <div class="strategy-editor">
        <div class="strategy-text">
          <EditorField
            handle={editor}
            label={`Text of ${file.file}`}
            text={draft.text.peek()}
            schema={schema.value}
            isReadOnly={!isWritable}
            onChange={(text) => (draft.text.value = text)}
            onMove={(offset) => (cursor.value = offset)}
          />
          <p class="field-hint">
            {isWritable && 'Ctrl+Space completes, Ctrl+S saves. '}F8 goes to the next problem. Tab indents;
            Escape, then Tab leaves the editor.
          </p>
        </div>
        <div class="strategy-aside">
          <Documentation schema={schema.value} text={draft.text.value} offset={cursor.value} />
          <IssuesList validation={validation} onGoTo={(line, column) => editor.current?.goTo(line, column)} />
          <MissingBars text={draft.text.value} />
        </div>
      </div>
      {draft.conflict.value !== null && (
        <ConflictDialog
          mine={draft.text.value}
          stored={draft.conflict.value.file?.text ?? null}
          onKeepMine={draft.keepMine}
          onTakeStored={draft.takeStored}
          onClose={draft.closeConflict}
        />
      )}
      {migrated.value !== null && (
        <MigrateDialog
          {...migrated.value}
          onApply={() => {
            editor.current?.setText(migrated.peek()?.migrated.strategy ?? '');
            migrated.value = null;
          }}
          onClose={() => (migrated.value = null)}
        />
      )}
      {isDeleting.value && (
        <ConfirmDialog
          title={`Delete ${file.file}?`}
          verb="Delete"
          action={deletion}
          onClose={() => (isDeleting.value = false)}
        >
          <p>The file is removed for good. Models that were trained with it keep their own copy of it.</p>
        </ConfirmDialog>
      )}
      {warning.target.value !== null && <LeaveDialog warning={warning} save={draft.save} />}
    </>
  );
}

function SaveState({ isUnsaved, isSaving }: { isUnsaved: boolean; isSaving: boolean }) {
  return (
    <span class={isUnsaved ? 'save-state save-state-unsaved' : 'save-state'} role="status">
      {isSaving ? 'Saving' : isUnsaved ? '● Not saved' : 'Saved'}
    </span>
  );
}

interface DocumentationProps {
  schema: StrategySchema | null;
  text: string;
  offset: number;
}

/** What the schema says about the place of the cursor. Its height is fixed, so that nothing jumps. */
function Documentation({ schema, text, offset }: DocumentationProps) {
  const found = schema === null ? null : documentationAt(schema, text, offset);
  return (
    <section class="strategy-documentation" aria-label="Key at the cursor">
      {found === null ? (
        <p class="muted">Put the cursor on a key to read what it does.</p>
      ) : (
        <>
          <p>
            <code>{found.title}</code>
          </p>
          <p>
            {found.text} <span class="muted">{found.detail}</span>
          </p>
        </>
      )}
    </section>
  );
}
