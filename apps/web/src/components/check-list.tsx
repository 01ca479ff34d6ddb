import { useId } from 'preact/hooks';
import './check-list.css';

interface CheckListProps {
  legend: string;
  hint: string;
  error: string | null;
  values: readonly string[];
  /** In the order in which they are used. */
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Several of a list. The order of the list is kept, except that what was chosen first stays first. */
export function CheckList({ legend, hint, error, values, chosen, onChange }: CheckListProps) {
  const id = useId();
  return (
    <fieldset class="check-list" aria-describedby={`${id}-hint`}>
      <legend>{legend}</legend>
      <div class="check-list-values">
        {values.map((value, index) => (
          <label key={value} class="check-line">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              aria-invalid={error !== null && index === 0 ? true : undefined}
              aria-describedby={error === null ? undefined : `${id}-error`}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value),
                )
              }
            />
            {value}
          </label>
        ))}
      </div>
      <span class="field-hint" id={`${id}-hint`}>
        {hint}
      </span>
      {error !== null && (
        <span class="field-error" id={`${id}-error`} role="alert">
          {error}
        </span>
      )}
    </fieldset>
  );
}
