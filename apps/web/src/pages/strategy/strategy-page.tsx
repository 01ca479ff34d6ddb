import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { request } from '../../api/client.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import './strategy-page.css';

/** The editor of one strategy file. */
export function StrategyPage() {
  const { name = '' } = useRoute().params;
  const { resource, reload } = useResource(`strategy ${name}`, (signal) =>
    request('getStrategy', { params: { name }, signal }),
  );
  const { Editor, problem } = useStrategyEditor();
  const { value, error: failed } = resource.value;
  const error = failed ?? problem;
  if (value === null || value.name !== name || Editor === null) {
    return (
      <>
        <PageHeader title={name} />
        {error === null ? (
          <Loading lines={16} label="strategy" />
        ) : (
          <>
            <ErrorNote error={error} retry={reload} />
            <p>
              <a href="/app/strategies">All strategies</a>
            </p>
          </>
        )}
      </>
    );
  }
  return <Editor key={name} file={value} />;
}

type StrategyEditor = (typeof import('./strategy-editor.js'))['StrategyEditor'];

/** The editor is large: it is loaded while the API reads the file. */
function useStrategyEditor(): { Editor: StrategyEditor | null; problem: { message: string } | null } {
  const loaded = useSignal<{ Editor: StrategyEditor | null; problem: { message: string } | null }>({
    Editor: null,
    problem: null,
  });
  useEffect(() => {
    import('./strategy-editor.js').then(
      ({ StrategyEditor }) => {
        loaded.value = { Editor: StrategyEditor, problem: null };
      },
      () => {
        loaded.value = { Editor: null, problem: { message: 'The editor was not loaded. Reload the page.' } };
      },
    );
  }, []);
  return loaded.value;
}
