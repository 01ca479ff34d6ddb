import type { Signal } from '@preact/signals';
import { Field } from './field.js';
import { TextInput } from './text-input.js';
import './date-range.css';

interface DateRangeProps<Fields extends { start_date: string; end_date: string }> {
  fields: Signal<Fields>;
  hint: string;
}

/** First and last day of a range; both can stay empty. */
export function DateRange<Fields extends { start_date: string; end_date: string }>({
  fields,
  hint,
}: DateRangeProps<Fields>) {
  return (
    <div class="date-range">
      <Field label="From (UTC)" hint={hint}>
        {(attributes) => (
          <TextInput
            attributes={attributes}
            type="date"
            value={fields.value.start_date}
            onType={(start_date) => (fields.value = { ...fields.value, start_date })}
          />
        )}
      </Field>
      <Field label="To, included (UTC)">
        {(attributes) => (
          <TextInput
            attributes={attributes}
            type="date"
            value={fields.value.end_date}
            onType={(end_date) => (fields.value = { ...fields.value, end_date })}
          />
        )}
      </Field>
    </div>
  );
}
