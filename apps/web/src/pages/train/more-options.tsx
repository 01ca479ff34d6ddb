import { TRAINING_PRIORITIES, TRAINING_SEEDS, WALK_FORWARD_FOLDS } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { TextInput } from '../../components/text-input.js';
import { EMPTY_FORM, type FormField, type TextField, type TrainingForm } from './training-form.js';

interface MoreOptionsProps {
  form: TrainingForm;
  problem: (field: FormField) => string | null;
  onChange: (fields: Partial<TrainingForm>) => void;
}

const NUMBERS: readonly (readonly [field: TextField, label: string, hint: string])[] = [
  [
    'seeds',
    'Number of seeds',
    `${TRAINING_SEEDS.least} to ${TRAINING_SEEDS.most}: trains this many networks and stores the one with the lowest validation loss. Empty: one.`,
  ],
  ['validation_split', 'Validation share', 'Of the rows before the test part. Empty: the share in the file.'],
  [
    'walk_forward',
    'Walk-forward folds',
    `${WALK_FORWARD_FOLDS.least} to ${WALK_FORWARD_FOLDS.most}: tests on several periods, each with its own training. Empty: none.`,
  ],
  ['walk_forward_window', 'Walk-forward window (bars)', 'Empty: each fold trains on all earlier bars.'],
  ['walk_forward_gap', 'Walk-forward gap (bars)', 'Left out between training and test. Empty: none.'],
];

const NAMES: readonly TextField[] = [...NUMBERS.map(([field]) => field), 'user'];

/** The options that most trainings do without. They are open at first if one of them is set. */
export function MoreOptions({ form, problem, onChange }: MoreOptionsProps) {
  const others = Object.entries(form.others).map(([name, value]) => `${name} ${String(value)}`);
  const hasProblem = NAMES.some((field) => problem(field) !== null);
  const isSet =
    NAMES.some((field) => form[field] !== '') ||
    form.detailed_analytics ||
    form.dry_run ||
    others.length > 0 ||
    form.priority !== EMPTY_FORM.priority;
  const isOpen = useSignal(isSet);
  return (
    <details
      class="more-options"
      open={isOpen.value || hasProblem}
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>More options</summary>
      <div class="stack">
        <div class="train-dates">
          {NUMBERS.map(([field, label, hint]) => (
            <Field key={field} label={label} hint={hint} error={problem(field)}>
              {(attributes) => (
                <TextInput
                  attributes={attributes}
                  value={form[field]}
                  onType={(value) => onChange({ [field]: value })}
                />
              )}
            </Field>
          ))}
          <Field
            label="Priority"
            hint="In the queue, if the API trains on hosts."
            error={problem('priority')}
          >
            {(attributes) => (
              <ChoiceSelect
                attributes={attributes}
                value={form.priority}
                choices={TRAINING_PRIORITIES.map((priority) => [priority, priority] as const)}
                onChoose={(priority) => onChange({ priority })}
              />
            )}
          </Field>
          <Field
            label="User"
            hint="For queues with a limit for each user. Empty: none."
            error={problem('user')}
          >
            {(attributes) => (
              <TextInput attributes={attributes} value={form.user} onType={(user) => onChange({ user })} />
            )}
          </Field>
        </div>
        <label class="check-line">
          <input
            type="checkbox"
            checked={form.detailed_analytics}
            onChange={(event) => onChange({ detailed_analytics: event.currentTarget.checked })}
          />
          Detailed analytics: the importance of each feature, and a file with the metrics of every epoch
        </label>
        <label class="check-line">
          <input
            type="checkbox"
            checked={form.dry_run}
            onChange={(event) => onChange({ dry_run: event.currentTarget.checked })}
          />
          Dry run: prepare the data, and do not train
        </label>
        {others.length > 0 && <p>Kept from the earlier training: {others.join(', ')}</p>}
      </div>
    </details>
  );
}
