import { TIMEFRAMES, type BarsInfo, type StrategySummary } from '@ktrdr/contracts';
import { useLocation } from 'preact-iso';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { ErrorNote } from '../../components/note.js';
import { TextInput } from '../../components/text-input.js';
import { counted } from '../../format/numbers.js';
import { useKept } from '../../shell/use-kept.js';
import { fileStem, strategyAddress } from '../../strategies/strategy-address.js';
import { availableBars, dateProblems, isDay, type AvailableFile } from './available-range.js';
import { BudgetCard } from './budget-card.js';
import { CheckList } from '../../components/check-list.js';
import { errorFields } from './error-fields.js';
import { MoreOptions } from './more-options.js';
import {
  numberProblems,
  requestOf,
  type EarlierTraining,
  type FormField,
  type StrategyChoice,
  type TrainingForm,
} from './training-form.js';
import { SameRequest } from './same-request.js';
import { useEstimate } from './use-estimate.js';

/** Choice of the text of an earlier training. */
const EARLIER = ' earlier';

interface TrainingFormViewProps {
  strategies: readonly StrategySummary[];
  bars: readonly BarsInfo[];
  earlier: EarlierTraining | null;
  firstStrategy: StrategyChoice;
  firstForm: TrainingForm;
}

/** Fields of a training, what is wrong with them, and what the training would need. */
export function TrainingFormView({
  strategies,
  bars,
  earlier,
  firstStrategy,
  firstForm,
}: TrainingFormViewProps) {
  const { route } = useLocation();
  const element = useRef<HTMLFormElement>(null);
  const strategy = useKept<StrategyChoice>('strategy', firstStrategy);
  const form = useKept('form', firstForm);
  const change = (fields: Partial<TrainingForm>): void => {
    form.value = { ...form.value, ...fields };
    action.reset();
  };
  const action = useAction(
    () => request('startTraining', { body: requestOf(strategy.peek(), form.peek()) }),
    ({ operation_id }) => route(`/app/operations/${operation_id}`),
  );

  const { files, missing } = availableBars(bars, form.value.symbols, form.value.timeframes);
  const own = new Map<FormField, string>([
    ...choiceProblems(form.value, missing),
    ...dateProblems(form.value, files),
    ...numberProblems(form.value),
  ]);
  const asked = requestOf(strategy.value, form.value);
  const estimate = useEstimate(asked, own.size === 0).value;
  const { isRunning, error } = action.state.value;
  const refusal = error ?? estimate.error;
  const { fields, rest } = refusal === null ? { fields: new Map(), rest: null } : errorFields(refusal);
  const problem = (field: FormField): string | null => own.get(field) ?? fields.get(field) ?? null;

  // a refused start leads to its field
  useEffect(() => {
    if (error !== null) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);

  const chooseStrategy = (value: string): void => {
    action.reset();
    if (value === EARLIER) {
      strategy.value = firstStrategy;
      form.value = firstForm;
      return;
    }
    strategy.value = { kind: 'file', name: value };
    const summary = strategies.find(({ file }) => fileStem(file) === value);
    if (summary !== undefined) change({ symbols: [...summary.symbols], timeframes: [...summary.timeframes] });
  };

  const submit = (event: Event): void => {
    event.preventDefault();
    if (own.size === 0) action.run();
    else element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };

  const symbolsWithBars = [
    ...new Set([...form.value.symbols, ...bars.map(({ symbol }) => symbol)]),
  ].toSorted();
  const timeframesWithBars = TIMEFRAMES.filter(
    (timeframe) =>
      form.value.timeframes.includes(timeframe) || bars.some((info) => info.timeframe === timeframe),
  );
  return (
    <form ref={element} class="train-form" onSubmit={submit} noValidate>
      <div class="stack">
        <Field
          label="Strategy"
          error={problem('strategy')}
          hint={
            strategy.value.kind === 'file' ? (
              <a href={strategyAddress(strategy.value.name)}>Read or change this strategy</a>
            ) : (
              <>
                The text that <a href={`/app/operations/${earlier?.id ?? ''}`}>{earlier?.id}</a> was trained
                with. Later changes to the file are not in it.
              </>
            )
          }
        >
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={strategy.value.kind === 'file' ? strategy.value.name : EARLIER}
              choices={strategyChoices(strategies, strategy.value, earlier)}
              onChoose={chooseStrategy}
            />
          )}
        </Field>
        <CheckList
          legend="Symbols"
          hint="Those with bars. The strategy's own are chosen first."
          error={problem('symbols')}
          values={symbolsWithBars}
          chosen={form.value.symbols}
          onChange={(symbols) => change({ symbols })}
        />
        <CheckList
          legend="Timeframes"
          hint="The first is the base: a bar of it is one row."
          error={problem('timeframes')}
          values={timeframesWithBars}
          chosen={form.value.timeframes}
          onChange={(timeframes) => change({ timeframes })}
        />
        <div class="train-dates">
          <DayField
            label="First day (UTC)"
            hint="Empty: from the first bar."
            value={form.value.start_date}
            error={problem('start_date')}
            onType={(start_date) => change({ start_date })}
          />
          <DayField
            label="Last day, included (UTC)"
            hint="Empty: to the last bar."
            value={form.value.end_date}
            error={problem('end_date')}
            onType={(end_date) => change({ end_date })}
          />
        </div>
        <BarsAtHand files={files} />
        <div class="train-dates">
          <Field label="Seed" hint="The same seed gives the same model." error={problem('seed')}>
            {(attributes) => (
              <TextInput
                attributes={attributes}
                value={form.value.seed}
                onType={(seed) => change({ seed })}
              />
            )}
          </Field>
        </div>
        <MoreOptions form={form.value} problem={problem} onChange={change} />
        {rest !== null && <ErrorNote error={rest} />}
        <div>
          <button type="submit" class="button button-main" disabled={isRunning}>
            {isRunning ? 'Starting' : form.value.dry_run ? 'Start dry run' : 'Start training'}
          </button>
        </div>
        <SameRequest
          request={asked}
          strategy={strategy.value}
          strategies={strategies}
          isWaiting={own.size > 0}
        />
      </div>
      <BudgetCard estimate={estimate} strategy={strategy.value} isWaiting={own.size > 0} />
    </form>
  );
}

function strategyChoices(
  strategies: readonly StrategySummary[],
  chosen: StrategyChoice,
  earlier: EarlierTraining | null,
): [string, string][] {
  const names = strategies
    .filter(({ valid, file }) => valid || (chosen.kind === 'file' && fileStem(file) === chosen.name))
    .map(({ file, valid }): [string, string] => [
      fileStem(file),
      valid ? fileStem(file) : `${fileStem(file)} (has errors)`,
    ]);
  // a link can name a file that is gone: it stays visible with its error
  if (chosen.kind === 'file' && names.every(([name]) => name !== chosen.name))
    names.unshift([chosen.name, `${chosen.name} (not found)`]);
  if (earlier !== null)
    names.unshift([EARLIER, `${earlier.request.strategy_file ?? 'strategy'} of the earlier training`]);
  return names;
}

function choiceProblems(
  { symbols, timeframes }: TrainingForm,
  missing: readonly string[],
): [FormField, string][] {
  if (symbols.length === 0) return [['symbols', 'Choose at least one symbol.']];
  if (timeframes.length === 0) return [['timeframes', 'Choose at least one timeframe.']];
  if (missing.length === 0) return [];
  return [['symbols', `There are no bars of ${missing.join(', ')}. Import them, or choose others.`]];
}

/** Files that are named one by one. */
const MOST_NAMED = 6;

/** Days of the chosen bars, so that dates can be chosen. */
function BarsAtHand({ files }: { files: readonly AvailableFile[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="bars-at-hand" aria-label="Available bars">
      {files.slice(0, MOST_NAMED).map(({ name, rows, first, last }) => (
        <li key={name}>
          {name}: {first} to {last} (UTC), {counted(rows, 'bar')}
        </li>
      ))}
      {files.length > MOST_NAMED && <li>and {counted(files.length - MOST_NAMED, 'more file')}</li>}
    </ul>
  );
}

interface DayFieldProps {
  label: string;
  hint: string;
  value: string;
  error: string | null;
  onType: (value: string) => void;
}

/** A day; a moment of an earlier request stays a text. */
function DayField({ label, hint, value, error, onType }: DayFieldProps) {
  const isText = useSignal(value !== '' && !isDay(value));
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <TextInput
          attributes={attributes}
          type={isText.value ? 'text' : 'date'}
          value={value}
          onType={onType}
        />
      )}
    </Field>
  );
}
