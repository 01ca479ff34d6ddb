import type { Signal } from '@preact/signals';
import { ChoiceSelect } from '../../components/choice-select.js';
import { DateRange } from '../../components/date-range.js';
import { Field } from '../../components/field.js';
import { TextInput } from '../../components/text-input.js';

/** The fields that identify new bars. An empty date sets no limit. */
export interface NewBars {
  symbol: string;
  timeframe: string;
  start_date: string;
  end_date: string;
}

interface BarsFieldsProps<Fields extends NewBars> {
  fields: Signal<Fields>;
  timeframes: readonly string[];
  symbolHint: string;
  datesHint: string;
}

/** Symbol, timeframe and days of bars that are made or fetched. */
export function BarsFields<Fields extends NewBars>({
  fields,
  timeframes,
  symbolHint,
  datesHint,
}: BarsFieldsProps<Fields>) {
  const { symbol, timeframe } = fields.value;
  return (
    <>
      <Field label="Symbol" hint={symbolHint}>
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
            choices={timeframes.map((name): [string, string] => [name, name])}
            onChoose={(name) => (fields.value = { ...fields.value, timeframe: name })}
          />
        )}
      </Field>
      <DateRange fields={fields} hint={datesHint} />
    </>
  );
}

/** The fields of a request. */
export function namedBars({ symbol, timeframe, start_date, end_date }: NewBars) {
  return {
    symbol: symbol.trim(),
    timeframe,
    start_date: start_date === '' ? undefined : start_date,
    end_date: end_date === '' ? undefined : end_date,
  };
}
