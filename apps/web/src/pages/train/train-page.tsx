import type { BarsInfo, StrategySummary } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { EmptyState, ErrorNote, Loading, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { useResource } from '../../live/use-resource.js';
import { caller, may } from '../../shell/caller.js';
import { useFilters } from '../../shell/use-filters.js';
import { fileStem } from '../../strategies/strategy-address.js';
import { TrainingFormView } from './training-form-view.js';
import {
  EMPTY_FORM,
  formOf,
  type EarlierTraining,
  type StrategyChoice,
  type TrainingForm,
} from './training-form.js';
import './train-page.css';

interface Sources {
  strategies: readonly StrategySummary[];
  bars: readonly BarsInfo[];
  earlier: EarlierTraining | null;
}

/** The form that starts a training. */
export function TrainPage() {
  const { values } = useFilters(['strategy', 'again', 'symbol', 'timeframe']);
  const { resource, reload } = useResource(`train ${values.again}`, (signal) => read(values.again, signal));
  const { value, error } = resource.value;
  return (
    <>
      <PageHeader title={values.again === '' ? 'Train a model' : 'Train again'} />
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null
        ? error === null && <Loading lines={12} label="strategies and bars" />
        : formOrAdvice(value, values)}
    </>
  );
}

async function read(again: string, signal: AbortSignal): Promise<Sources> {
  const [{ strategies }, { bars }, earlier] = await Promise.all([
    request('listStrategies', { signal }),
    request('listBars', { signal }),
    again === '' ? null : readEarlier(again, signal),
  ]);
  return { strategies, bars, earlier };
}

async function readEarlier(id: string, signal: AbortSignal): Promise<EarlierTraining> {
  const [{ request: asked }, operation] = await Promise.all([
    request('getTrainingRequest', { params: { id }, signal }),
    request('getOperation', { params: { id }, signal }),
  ]);
  const { symbols, timeframes } =
    operation.operation_type === 'training' ? operation.metadata : { symbols: [], timeframes: [] };
  return { id, request: asked, symbols, timeframes };
}

function formOrAdvice(
  { strategies, bars, earlier }: Sources,
  asked: { strategy: string; symbol: string; timeframe: string },
) {
  const usable = strategies.filter(({ valid }) => valid);
  if (caller.value !== null && !may('operate'))
    return <Note kind="info">Your token may only read. A training needs a token with the role operate.</Note>;
  if (usable.length === 0 && earlier === null)
    return (
      <EmptyState title="No strategy can be trained">
        <p>
          Write one first: <a href="/app/strategies">go to the strategies</a>.
        </p>
      </EmptyState>
    );
  if (bars.length === 0)
    return (
      <EmptyState title="No bars yet">
        <p>
          A training needs bars. <a href="/app/data/import">Import a file</a>, or download or create sample
          bars on the page <a href="/app/data">Data</a>.
        </p>
      </EmptyState>
    );
  const { strategy, form } = begin(usable, earlier, asked);
  return (
    <TrainingFormView
      key={`${asked.strategy} ${earlier?.id ?? ''}`}
      strategies={strategies}
      bars={bars}
      earlier={earlier}
      firstStrategy={strategy}
      firstForm={form}
    />
  );
}

/** What the form shows first. */
function begin(
  usable: readonly StrategySummary[],
  earlier: EarlierTraining | null,
  asked: { strategy: string; symbol: string; timeframe: string },
): { strategy: StrategyChoice; form: TrainingForm } {
  if (earlier !== null) {
    const { strategy: text = '', strategy_file: file } = earlier.request;
    const form = formOf(earlier.request);
    return {
      strategy: { kind: 'text', text, file },
      form: {
        ...form,
        // what follows a dry run is the training
        dry_run: false,
        symbols: form.symbols.length > 0 ? form.symbols : earlier.symbols,
        timeframes: form.timeframes.length > 0 ? form.timeframes : earlier.timeframes,
      },
    };
  }
  const chosen = usable.find(({ file }) => fileStem(file) === asked.strategy) ?? usable[0];
  return {
    strategy: { kind: 'file', name: asked.strategy || fileStem(chosen?.file ?? '') },
    form: {
      ...EMPTY_FORM,
      symbols: asked.symbol === '' ? (chosen?.symbols ?? []) : [asked.symbol],
      timeframes: asked.timeframe === '' ? (chosen?.timeframes ?? []) : [asked.timeframe],
    },
  };
}
