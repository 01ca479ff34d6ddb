import { DEFAULT_TRADING_COSTS, type ModelDetails } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { CheckList } from '../../components/check-list.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { DateRange } from '../../components/date-range.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { TextInput } from '../../components/text-input.js';
import { useResource } from '../../live/use-resource.js';
import {
  BACKTEST_NUMBERS,
  backtestRequest,
  EMPTY_BACKTEST,
  numberProblem,
  type BacktestForm,
} from './backtest-form.js';

const LABELS: Readonly<Record<(typeof BACKTEST_NUMBERS)[number], string>> = {
  commission_bps: 'Commission of each side (bps)',
  slippage_bps: 'Slippage of each side (bps)',
  spread_bps: 'Spread (bps)',
  capital: 'Capital',
  sizing_percent: 'Size (%)',
  stop_loss_percent: 'Stop below the entry (%)',
  take_profit_percent: 'Target above the entry (%)',
};

const SIZINGS: readonly (readonly [BacktestForm['sizing'], string])[] = [
  ['', 'As in the strategy file'],
  ['all_in', 'All of the capital'],
  ['fixed_fraction', 'A fixed share of the capital'],
  ['volatility_target', 'A target for the volatility'],
];

/** Starts a backtest of the model with other costs, rules or bars. */
export function BacktestDialog({ model, onClose }: { model: ModelDetails; onClose: () => void }) {
  const { strategy, version, timeframe, symbols } = model.summary;
  const { route } = useLocation();
  const fields = useSignal<BacktestForm>({ ...EMPTY_BACKTEST, symbols });
  const { value } = useResource('bars', (signal) => request('listBars', { signal })).resource.value;
  const withBars = (value?.bars ?? [])
    .filter((info) => info.timeframe === timeframe)
    .map((info) => info.symbol);
  const action = useAction(
    () =>
      request('startBacktest', {
        params: { strategy, version },
        body: backtestRequest(fields.peek()),
      }),
    ({ operation_id }) => route(`/app/operations/${operation_id}`),
  );
  const change = (changes: Partial<BacktestForm>): void => {
    fields.value = { ...fields.value, ...changes };
    action.reset();
  };
  const number = (name: (typeof BACKTEST_NUMBERS)[number], hint?: string) => (
    <Field key={name} label={LABELS[name]} hint={hint} error={numberProblem(fields.value[name])}>
      {(attributes) => (
        <TextInput
          attributes={attributes}
          value={fields.value[name]}
          onType={(text) => change({ [name]: text })}
        />
      )}
    </Field>
  );
  const { commission_bps, slippage_bps, spread_bps } = DEFAULT_TRADING_COSTS;
  const isComplete =
    fields.value.symbols.length > 0 &&
    BACKTEST_NUMBERS.every((name) => numberProblem(fields.value[name]) === null);
  return (
    <FormDialog
      title="Backtest"
      verb="Start backtest"
      action={action}
      isComplete={isComplete}
      onClose={onClose}
    >
      <p class="field-hint">
        Empty fields have the value of the strategy file, or its default (commission {commission_bps},
        slippage {slippage_bps}, spread {spread_bps} bps; 1 bps = 0.01 %).
      </p>
      <CheckList
        legend="Symbols"
        hint={`Those with bars of ${timeframe}.`}
        error={fields.value.symbols.length === 0 ? 'Choose at least one symbol.' : null}
        values={[...new Set([...symbols, ...withBars])]}
        chosen={fields.value.symbols}
        onChange={(chosen) => change({ symbols: chosen })}
      />
      <DateRange fields={fields} hint="Empty: the model's test part and everything after it." />
      <div class="backtest-fields">
        {number('commission_bps')}
        {number('slippage_bps')}
        {number('spread_bps')}
      </div>
      <details>
        <summary>More rules</summary>
        <div class="backtest-fields">
          {number('capital')}
          <Field label="Size of a position">
            {(attributes) => (
              <ChoiceSelect
                attributes={attributes}
                value={fields.value.sizing}
                choices={SIZINGS}
                onChoose={(sizing) => change({ sizing })}
              />
            )}
          </Field>
          {(fields.value.sizing === 'fixed_fraction' || fields.value.sizing === 'volatility_target') &&
            number(
              'sizing_percent',
              fields.value.sizing === 'fixed_fraction' ? 'Of the capital. Empty: 100.' : 'A year. Empty: 15.',
            )}
          {number('stop_loss_percent')}
          {number('take_profit_percent')}
          <Field label="Short positions">
            {(attributes) => (
              <ChoiceSelect
                attributes={attributes}
                value={fields.value.allow_short}
                choices={[
                  ['', 'As in the strategy file'],
                  ['yes', 'Allowed'],
                  ['no', 'Not allowed'],
                ]}
                onChoose={(allow_short) => change({ allow_short })}
              />
            )}
          </Field>
        </div>
        <label class="check-line">
          <input
            type="checkbox"
            checked={fields.value.in_sample}
            onChange={(event) => change({ in_sample: event.currentTarget.checked })}
          />
          Allow bars that the model was trained on; the result is marked
        </label>
      </details>
    </FormDialog>
  );
}
