import { useId } from 'preact/hooks';
import type { ControlAttributes } from './field.js';
import { TextInput } from './text-input.js';

interface ZoneInputProps {
  attributes?: ControlAttributes;
  value: string;
  onType: (zone: string) => void;
}

/** A time zone, with the browser's list of names. An offset such as -05:00 can be typed too. */
export function ZoneInput({ attributes, value, onType }: ZoneInputProps) {
  const list = useId();
  return (
    <>
      <TextInput
        attributes={attributes}
        value={value}
        onType={onType}
        list={list}
        placeholder="America/New_York"
      />
      <datalist id={list}>
        {['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
