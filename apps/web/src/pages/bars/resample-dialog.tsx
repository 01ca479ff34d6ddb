import {
  TIMEFRAME_MS,
  TIMEFRAMES,
  type BarsInfo,
  type ConflictChoice,
  type Timeframe,
} from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { CONFLICT_WORDS } from '../../bars/conflict-words.js';
import { StoredTable } from '../../bars/stored-table.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { Note } from '../../components/note.js';
import { ZoneInput } from '../../components/zone-input.js';

/** Makes bars of coarser timeframes. */
export function ResampleDialog({ info, onClose }: { info: BarsInfo; onClose: () => void }) {
  const { symbol, timeframe } = info;
  const title = `Resample ${symbol} ${timeframe}`;
  const coarser = TIMEFRAMES.filter((name) => TIMEFRAME_MS[name] > TIMEFRAME_MS[timeframe]);
  const chosen = useSignal<readonly Timeframe[]>([]);
  const timezone = useSignal('');
  const onConflict = useSignal<ConflictChoice>('refuse');
  const stored = useSignal<Awaited<ReturnType<typeof request<'resampleBars'>>> | null>(null);
  const resample = useAction(
    () =>
      request('resampleBars', {
        body: {
          symbol,
          timeframe,
          to: [...chosen.value],
          timezone: timezone.value === '' ? undefined : timezone.value,
          on_conflict: onConflict.value,
        },
      }),
    (answer) => {
      stored.value = answer;
    },
  );
  if (stored.value !== null) {
    const isCut = stored.value.stored.some(({ left_out }) => left_out > 0);
    return (
      <Dialog title={title} onClose={onClose}>
        <div class="stack">
          <StoredTable stored={stored.value.stored} />
          {isCut && <Note kind="info">The last bar is incomplete and is left out.</Note>}
          <div class="page-actions">
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
          </div>
        </div>
      </Dialog>
    );
  }
  const days = chosen.value.some((name) => TIMEFRAME_MS[name] >= TIMEFRAME_MS['1d']);
  return (
    <FormDialog
      title={title}
      verb="Create"
      action={resample}
      isComplete={chosen.value.length > 0}
      onClose={onClose}
    >
      <fieldset class="choices">
        <legend>Timeframes</legend>
        {coarser.map((name) => (
          <label key={name} class="check-line">
            <input
              type="checkbox"
              checked={chosen.value.includes(name)}
              onChange={(event) => {
                const others = chosen.value.filter((one) => one !== name);
                chosen.value = event.currentTarget.checked ? [...others, name] : others;
              }}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {days && timeframe !== '1d' && (
        <Field
          label="Time zone of the exchange"
          hint="A daily bar is a day of this zone. Empty: a day in UTC."
        >
          {(attributes) => (
            <ZoneInput
              attributes={attributes}
              value={timezone.value}
              onType={(zone) => (timezone.value = zone)}
            />
          )}
        </Field>
      )}
      <Field label="If bars differ from stored bars">
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={onConflict.value}
            choices={CONFLICT_WORDS}
            onChoose={(choice) => (onConflict.value = choice)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
