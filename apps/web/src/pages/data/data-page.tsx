import type { BarsInfo, DataReport } from '@ktrdr/contracts';
import { TIMEFRAMES } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { SearchField } from '../../components/search-field.js';
import { EmptyState, ErrorNote, Loading } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { counted } from '../../format/numbers.js';
import type { OperationsChange } from '../../live/operations.js';
import { useResource } from '../../live/use-resource.js';
import { addFiles } from '../import/drafts.js';
import { useFileDrop } from '../import/use-file-drop.js';
import { may } from '../../shell/caller.js';
import { ForRole } from '../../shell/for-role.js';
import { useFilters, type Filters } from '../../shell/use-filters.js';
import { barsKey, filterBars, type BarsFilter } from './bars-filter.js';
import { BarsTable } from './bars-table.js';
import { DownloadDialog } from './download-dialog.js';
import { SampleDialog } from './sample-dialog.js';
import './data-page.css';

const FILTERS = ['search', 'timeframe', 'check'] as const satisfies readonly (keyof BarsFilter)[];

/** The files of bars: what is there, where it came from, and what is unusual about it. */
export function DataPage() {
  const bars = useResource('bars', (signal) => request('listBars', { signal }), changesBars);
  const checks = useResource('checks', (signal) => request('checkData', { signal }), changesBars);
  const filters = useFilters(FILTERS);
  const dialog = useSignal<'download' | 'sample' | null>(null);
  const close = (): void => {
    dialog.value = null;
  };
  const { route } = useLocation();
  const isOver = useFileDrop((files) => {
    if (!may('operate')) return;
    addFiles(files);
    route('/app/data/import');
  });
  const { value, error } = bars.resource.value;
  const reports = new Map(
    (checks.resource.value.value?.reports ?? []).map((report): [string, DataReport] => [
      barsKey(report),
      report,
    ]),
  );

  const actions = (
    <ForRole role="operate">
      <button type="button" class="button" onClick={() => (dialog.value = 'sample')}>
        Create sample bars
      </button>
      <button type="button" class="button" onClick={() => (dialog.value = 'download')}>
        Download
      </button>
      <a class="button button-main" href="/app/data/import">
        Import files
      </a>
    </ForRole>
  );
  return (
    <>
      <PageHeader title="Data" actions={actions} />
      {isOver.value && may('operate') && <div class="drop-hint">Drop the files to import them</div>}
      {error !== null && <ErrorNote error={error} retry={bars.reload} />}
      {value === null ? (
        error === null && <Loading lines={8} label="bars" />
      ) : value.bars.length === 0 ? (
        <NoBars />
      ) : (
        <BarsList bars={value.bars} reports={reports} filters={filters} />
      )}
      {checks.resource.value.error !== null && error === null && (value?.bars.length ?? 0) > 0 && (
        <ErrorNote error={checks.resource.value.error} retry={checks.reload} />
      )}
      {dialog.value === 'download' && <DownloadDialog onClose={close} />}
      {dialog.value === 'sample' && <SampleDialog onClose={close} />}
    </>
  );
}

/** True for the end of an operation that stores bars. */
function changesBars(change: OperationsChange): boolean {
  if (change.type !== 'operation') return false;
  const { operation_type: type, status } = change.operation;
  return (type === 'import' || type === 'download') && status === 'completed';
}

function NoBars() {
  return (
    <EmptyState title="No bars yet">
      <p>
        <a href="/app/data/import">Import a file</a> from your broker or data site, or drop it here. You can
        also download bars from an exchange, or create sample bars.
      </p>
    </EmptyState>
  );
}

interface BarsListProps {
  bars: readonly BarsInfo[];
  reports: ReadonlyMap<string, DataReport>;
  filters: Filters<(typeof FILTERS)[number]>;
}

function BarsList({ bars, reports, filters: { values, isAny, set } }: BarsListProps) {
  const shown = filterBars(bars, values, reports);
  const timeframes = TIMEFRAMES.filter((timeframe) => bars.some((info) => info.timeframe === timeframe));
  return (
    <>
      <div class="filters" role="search">
        <SearchField label="Symbol" value={values.search} onType={(search) => set({ search })} />
        <Field label="Timeframe">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={values.timeframe}
              choices={[
                ['', 'All'],
                ...timeframes.map((timeframe): [string, string] => [timeframe, timeframe]),
              ]}
              onChoose={(timeframe) => set({ timeframe })}
            />
          )}
        </Field>
        <label class="check-line">
          <input
            type="checkbox"
            checked={values.check === 'unusual'}
            onChange={(event) => set({ check: event.currentTarget.checked ? 'unusual' : '' })}
          />
          Only unusual files
        </label>
      </div>
      {shown.length > 0 ? (
        <BarsTable bars={shown} reports={reports} />
      ) : (
        <EmptyState title="No bars match">
          <button type="button" class="button" onClick={() => set({ search: '', timeframe: '', check: '' })}>
            Show all
          </button>
        </EmptyState>
      )}
      <p class="filters-count" role="status">
        {isAny ? `${shown.length} of ${counted(bars.length, 'file')}` : counted(bars.length, 'file')}
      </p>
    </>
  );
}
