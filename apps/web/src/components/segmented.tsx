import './segmented.css';

interface SegmentedProps<Value extends string> {
  label: string;
  values: readonly Value[];
  chosen: Value;
  titleOf: (value: Value) => string;
  choose: (value: Value) => void;
}

/** A row of buttons; exactly one is pressed. */
export function Segmented<Value extends string>({
  label,
  values,
  chosen,
  titleOf,
  choose,
}: SegmentedProps<Value>) {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {values.map((value) => (
        <button key={value} type="button" aria-pressed={chosen === value} onClick={() => choose(value)}>
          {titleOf(value)}
        </button>
      ))}
    </div>
  );
}
