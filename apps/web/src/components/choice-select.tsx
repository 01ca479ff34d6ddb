import type { ControlAttributes } from './field.js';

interface ChoiceSelectProps<Value extends string> {
  attributes?: ControlAttributes;
  value: Value;
  /** Values with their words. */
  choices: readonly (readonly [value: Value, words: string])[];
  onChoose: (value: Value) => void;
}

/** A list of choices. */
export function ChoiceSelect<Value extends string>({
  attributes,
  value,
  choices,
  onChoose,
}: ChoiceSelectProps<Value>) {
  return (
    <select {...attributes} value={value} onChange={(event) => onChoose(event.currentTarget.value as Value)}>
      {choices.map(([choice, words]) => (
        <option key={choice} value={choice}>
          {words}
        </option>
      ))}
    </select>
  );
}
