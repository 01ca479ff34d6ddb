import {
  ADJUST_CHOICES,
  readColumns,
  readWantedValues,
  readPriceScale,
  readSymbolMap,
  STAMP_CHOICES,
  TIMEFRAMES,
  type ImportChoices,
  type ProfileList,
} from '@ktrdr/contracts';
import { CONFLICT_WORDS } from '../../bars/conflict-words.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import type { ResourceControl } from '../../live/use-resource.js';
import { CommittedText } from './committed-text.js';
import type { ImportDraft } from './import-draft.js';
import { ADJUST_WORDS, BAD_ROWS_WORDS, CHOICE_WORDS } from './option-words.js';
import { ProfileForm } from './profile-form.js';

interface ChoicesFormProps {
  draft: ImportDraft;
  profiles: ResourceControl<ProfileList>;
}

/** Every choice of an import, also those that the file answers for certain. Each changes the preview at once. */
export function ChoicesForm({ draft, profiles }: ChoicesFormProps) {
  const choices = draft.request.value;
  const choose = (changed: ImportChoices): void => draft.choose(changed);
  return (
    <details class="choices-form">
      <summary>Change how the file is read</summary>
      <div class="choices-grid">
        <ProfileForm draft={draft} profiles={profiles} />
        <Select
          label={CHOICE_WORDS.timeframe}
          value={choices.timeframe ?? ''}
          choices={TIMEFRAMES.map((name): [string, string] => [name, name])}
          choose={(timeframe) => choose({ timeframe: timeframe || undefined })}
        />
        <CommittedText
          label={CHOICE_WORDS.timezone}
          hint="For local times: a name, UTC, or an offset such as -05:00."
          isZone
          value={choices.timezone ?? ''}
          commit={(timezone) => choose({ timezone: timezone || undefined })}
        />
        <CommittedText
          label={CHOICE_WORDS.date_format}
          hint="For example DD/MM/YYYY, YYYYMMDD HHmmss or unix_ms."
          value={choices.date_format ?? ''}
          commit={(date_format) => choose({ date_format: date_format || undefined })}
        />
        <Select
          label={CHOICE_WORDS.stamps}
          value={choices.stamps ?? ''}
          choices={STAMP_CHOICES.map((name): [string, string] => [name, `${name} times`])}
          choose={(stamps) => choose({ stamps: stamps === '' ? undefined : (stamps as 'open') })}
        />
        <Select
          label={CHOICE_WORDS.decimal}
          value={choices.decimal ?? ''}
          choices={[
            ['.', 'point'],
            [',', 'comma'],
          ]}
          choose={(decimal) => choose({ decimal: decimal === '' ? undefined : (decimal as '.') })}
        />
        <CommittedText
          label={CHOICE_WORDS.price_scale}
          hint="The prices are divided by it: 10000 if the file writes 1.5 as 15000."
          value={choices.price_scale ?? ''}
          commit={(text) => choose({ price_scale: text === '' ? undefined : readPriceScale(text) })}
        />
        <Select
          label={CHOICE_WORDS.adjust}
          unset="Do not use it, and say so"
          value={choices.adjust ?? ''}
          choices={ADJUST_CHOICES.map((name): [string, string] => [name, ADJUST_WORDS[name]])}
          choose={(adjust) => choose({ adjust: adjust === '' ? undefined : (adjust as 'none') })}
        />
        <Select
          label={CHOICE_WORDS.bad_rows}
          unset="Ask me"
          value={choices.bad_rows ?? ''}
          choices={Object.entries(BAD_ROWS_WORDS)}
          choose={(bad_rows) => choose({ bad_rows: bad_rows === '' ? undefined : (bad_rows as 'drop') })}
        />
        <Select
          label={CHOICE_WORDS.on_conflict}
          unset="Ask me"
          value={choices.on_conflict ?? ''}
          choices={CONFLICT_WORDS}
          choose={(on_conflict) =>
            choose({ on_conflict: on_conflict === '' ? undefined : (on_conflict as 'keep') })
          }
        />
        <CommittedText
          label={CHOICE_WORDS.columns}
          hint="Names or numbers by meaning: time=1,close=Last."
          value={pairsText(choices.columns, '=')}
          commit={(text) => choose({ columns: text === '' ? undefined : readColumns(text) })}
        />
        <CommittedText
          label={CHOICE_WORDS.only}
          hint="Only rows with this value of a column: currency=USD."
          value={pairsText(choices.only, '=')}
          commit={(text) => choose({ only: text === '' ? undefined : readWantedValues(text) })}
        />
        <CommittedText
          label={CHOICE_WORDS.symbol_map}
          hint="OLD->NEW, separated by commas."
          value={pairsText(choices.symbol_map, '->')}
          commit={(text) => choose({ symbol_map: text === '' ? undefined : readSymbolMap(text) })}
        />
      </div>
    </details>
  );
}

function pairsText(pairs: Readonly<Record<string, string>> = {}, sign: string): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}${sign}${value}`)
    .join(',');
}

interface SelectProps {
  label: string;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
  choose: (value: string) => void;
  /** What happens without a choice. */
  unset?: string;
}

function Select({ label, value, choices, choose, unset = 'As the file says' }: SelectProps) {
  return (
    <Field label={label}>
      {(attributes) => (
        <ChoiceSelect
          attributes={attributes}
          value={value}
          choices={[['', unset], ...choices]}
          onChoose={choose}
        />
      )}
    </Field>
  );
}
