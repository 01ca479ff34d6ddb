import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** Attributes that connect a control with its label, hint and error; or its label alone, where none is shown. */
export interface ControlAttributes {
  id?: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: boolean | undefined;
  'aria-label'?: string;
}

interface FieldProps {
  label: string;
  /** What can be typed, or what it does. */
  hint?: ComponentChildren;
  /** What is wrong with the value. */
  error?: string | null;
  /** Renders the control with these attributes. */
  children: (attributes: ControlAttributes) => ComponentChildren;
}

/** A control of a form with its label, a hint and an error, which screen readers read with it. */
export function Field({ label, hint, error = null, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = error === null ? undefined : `${id}-error`;
  const described = [hintId, errorId].filter((one) => one !== undefined).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === null ? undefined : true,
      })}
      {hintId !== undefined && (
        <span class="field-hint" id={hintId}>
          {hint}
        </span>
      )}
      {errorId !== undefined && (
        <span class="field-error" id={errorId} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
