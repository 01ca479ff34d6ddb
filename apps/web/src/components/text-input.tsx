import type { ControlAttributes } from './field.js';

interface TextInputProps {
  attributes?: ControlAttributes;
  type?: 'text' | 'date' | 'search' | 'url' | 'password' | 'number';
  value: string;
  onType: (value: string) => void;
  placeholder?: string;
  /** Id of a `datalist` with suggestions. */
  list?: string;
  isRequired?: boolean;
}

/** One line of text. */
export function TextInput({
  attributes,
  type = 'text',
  value,
  onType,
  placeholder,
  list,
  isRequired = false,
}: TextInputProps) {
  return (
    <input
      {...attributes}
      // the types of Preact have one shape of input for each type
      type={type as 'text'}
      value={value}
      placeholder={placeholder}
      list={list}
      required={isRequired}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => onType(event.currentTarget.value)}
    />
  );
}
