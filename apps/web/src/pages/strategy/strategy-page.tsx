import { useRoute } from 'preact-iso';
import { request } from '../../api/client.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import { StrategyEditor } from './strategy-editor.js';
import './strategy-page.css';

/** The editor of one strategy file. */
export function StrategyPage() {
  const { name = '' } = useRoute().params;
  const { resource, reload } = useResource(`strategy ${name}`, (signal) =>
    request('getStrategy', { params: { name }, signal }),
  );
  const { value, error } = resource.value;
  if (value === null || value.name !== name) {
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
  return <StrategyEditor key={name} file={value} />;
}
