import { Field } from './field.js';
import { TextInput } from './text-input.js';

interface SearchFieldProps {
  /** What it searches in. */
  label: string;
  value: string;
  onType: (text: string) => void;
}

/** The text filter of a list, in a row of class `filters`. */
export function SearchField({ label, value, onType }: SearchFieldProps) {
  return (
    <div class="filter-search">
      <Field label={label}>
        {(attributes) => <TextInput attributes={attributes} type="search" value={value} onType={onType} />}
      </Field>
    </div>
  );
}
