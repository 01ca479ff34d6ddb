import type { ConflictChoice, DataSource } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { CONFLICT_WORDS } from '../../bars/conflict-words.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { useResource } from '../../live/use-resource.js';
import { BarsFields, namedBars, type NewBars } from './bars-fields.js';

const TITLE = 'Download bars';

/** Starts a download, and goes to its operation. */
export function DownloadDialog({ onClose }: { onClose: () => void }) {
  const sources = useResource('sources', (signal) => request('listDataSources', { signal }));
  const { value, error } = sources.resource.value;
  if (value !== null && value.sources.length > 0)
    return <DownloadForm sources={value.sources} onClose={onClose} />;
  return (
    <Dialog title={TITLE} onClose={onClose}>
      {error !== null && <ErrorNote error={error} retry={sources.reload} />}
      {error === null && value === null && <Loading label="sources" />}
      {value !== null && (
        <EmptyState title="No source is configured">
          <p>
            Start the API with <code>DATA_SOURCES=binance,kraken</code>, or with your own sources (
            <a href="/docs/" target="_self">
              documentation
            </a>
            ). Without sources, the API contacts no host.
          </p>
        </EmptyState>
      )}
    </Dialog>
  );
}

interface DownloadFields extends NewBars {
  source: string;
  on_conflict: ConflictChoice;
}

function DownloadForm({ sources, onClose }: { sources: readonly DataSource[]; onClose: () => void }) {
  const { route } = useLocation();
  const fields = useSignal<DownloadFields>({
    source: sources[0]?.name ?? '',
    symbol: '',
    timeframe: '1h',
    start_date: '',
    end_date: '',
    on_conflict: 'refuse',
  });
  const { source, symbol, timeframe, on_conflict } = fields.value;
  const chosen = sources.find(({ name }) => name === source);
  const timeframes: readonly string[] = chosen?.timeframes ?? [];
  const download = useAction(
    () =>
      request('startDownload', {
        body: { ...namedBars(fields.value), source, on_conflict },
      }),
    ({ operation_id }) => route(`/app/operations/${operation_id}`),
  );
  return (
    <FormDialog
      title={TITLE}
      verb="Download"
      action={download}
      isComplete={symbol.trim() !== '' && timeframes.includes(timeframe)}
      onClose={onClose}
    >
      <Field label="Source" hint={chosen === undefined ? undefined : <SourceTerms source={chosen} />}>
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={source}
            choices={sources.map(({ name }): [string, string] => [name, name])}
            onChoose={(name) => (fields.value = { ...fields.value, source: name })}
          />
        )}
      </Field>
      <BarsFields
        fields={fields}
        timeframes={timeframes}
        symbolHint="As the source writes it, for example BTC/USDT."
        datesHint="Without dates, the download fetches what the file does not have yet, to the newest closed bar."
      />
      <Field label="If bars differ from stored bars">
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={on_conflict}
            choices={CONFLICT_WORDS}
            onChoose={(choice) => (fields.value = { ...fields.value, on_conflict: choice })}
          />
        )}
      </Field>
    </FormDialog>
  );
}

function SourceTerms({ source: { hosts, terms } }: { source: DataSource }) {
  return (
    <>
      Contacts {hosts.join(', ')}.{' '}
      {terms !== null && (
        <a href={terms} target="_blank" rel="noreferrer">
          Terms of use
        </a>
      )}
    </>
  );
}
