import { TIMEFRAMES } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { barsAddress } from '../../bars/bars-address.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { DateRange } from '../../components/date-range.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { TextInput } from '../../components/text-input.js';

interface SampleFields {
  symbol: string;
  timeframe: string;
  start_date: string;
  end_date: string;
  overwrite: boolean;
}

/** Writes sample bars, and goes to them. */
export function SampleDialog({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const fields = useSignal<SampleFields>({
    symbol: 'SP500',
    timeframe: '1d',
    start_date: '',
    end_date: '',
    overwrite: false,
  });
  const { symbol, timeframe, start_date, end_date, overwrite } = fields.value;
  const write = useAction(
    () =>
      request('writeSampleBars', {
        body: {
          symbol: symbol.trim(),
          timeframe,
          overwrite,
          start_date: start_date === '' ? undefined : start_date,
          end_date: end_date === '' ? undefined : end_date,
        },
      }),
    (written) => route(barsAddress(written)),
  );
  const exists = write.state.value.error?.code === 'bars_exist';
  return (
    <FormDialog
      title="Create sample bars"
      verb="Create"
      action={write}
      isComplete={symbol.trim() !== ''}
      onClose={onClose}
    >
      <Field
        label="Symbol"
        hint="SP500 with 1d gives real bars of the S&P 500 index. Every other choice gives synthetic bars."
      >
        {(attributes) => (
          <TextInput
            attributes={attributes}
            value={symbol}
            isRequired
            onType={(text) => (fields.value = { ...fields.value, symbol: text })}
          />
        )}
      </Field>
      <Field label="Timeframe">
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={timeframe}
            choices={TIMEFRAMES.map((name): [string, string] => [name, name])}
            onChoose={(name) => (fields.value = { ...fields.value, timeframe: name })}
          />
        )}
      </Field>
      <DateRange fields={fields} hint="Optional." />
      {(exists || overwrite) && (
        <label class="check-line">
          <input
            type="checkbox"
            checked={overwrite}
            onChange={(event) => (fields.value = { ...fields.value, overwrite: event.currentTarget.checked })}
          />
          Replace the existing bars
        </label>
      )}
    </FormDialog>
  );
}
