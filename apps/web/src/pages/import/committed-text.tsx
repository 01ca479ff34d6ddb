import { useSignal } from '@preact/signals';
import { Field } from '../../components/field.js';
import { TextInput } from '../../components/text-input.js';
import { ZoneInput } from '../../components/zone-input.js';

interface CommittedTextProps {
  label: string;
  hint?: string;
  /** The accepted text. */
  value: string;
  /** Called when the user leaves the field or presses Enter. @throws Error if the text is not valid */
  commit: (text: string) => void;
  isZone?: boolean;
}

/** One line of text that counts when the user leaves it or presses Enter. */
export function CommittedText({ label, hint, value, commit, isZone = false }: CommittedTextProps) {
  /** `null`: the user has typed nothing since the last commit. */
  const typed = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const save = (): void => {
    if (typed.value === null) return;
    try {
      commit(typed.value.trim());
      typed.value = null;
      problem.value = null;
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <Field label={label} hint={hint} error={problem.value}>
      {(attributes) => {
        const shown = typed.value ?? value;
        const type = (text: string): void => {
          typed.value = text;
        };
        return (
          <form
            class="committed"
            onSubmit={(event) => {
              event.preventDefault();
              save();
            }}
            onFocusOut={save}
          >
            {isZone ? (
              <ZoneInput attributes={attributes} value={shown} onType={type} />
            ) : (
              <TextInput attributes={attributes} value={shown} onType={type} />
            )}
          </form>
        );
      }}
    </Field>
  );
}
