import { useEffect, useRef } from 'preact/hooks';
import { OPERATION_STATUSES, OPERATION_TYPES } from '@ktrdr/contracts';
import type { Filters } from '../../shell/use-filters.js';
import { FILTER_NAMES, SINCE_CHOICES } from './list-filters.js';

/** How long one has stopped typing before the list is searched, ms. */
const TYPING_MS = 250;

/** Filters of the list. They are in the address. */
export function FilterBar({ filters }: { filters: Filters<(typeof FILTER_NAMES)[number]> }) {
  const { values, isAny, set } = filters;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const isCustomSince = !SINCE_CHOICES.some(([value]) => value === values.since);
  return (
    <search class="filter-bar" aria-label="Filter the operations">
      <div class="filter-search">
        <label class="visually-hidden" for="operations-search">
          Search in id, strategy, symbols and model
        </label>
        <input
          id="operations-search"
          type="search"
          placeholder="Search id, strategy, symbol, model"
          maxLength={100}
          value={values.search}
          onInput={({ currentTarget: { value } }) => {
            clearTimeout(timer.current);
            timer.current = setTimeout(() => set({ search: value.trim() }), TYPING_MS);
          }}
        />
      </div>
      <label class="filter-since">
        <span class="visually-hidden">Created</span>
        <select
          value={values.since}
          onChange={(event) => set({ since: event.currentTarget.value }, { push: true })}
        >
          {SINCE_CHOICES.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
          {isCustomSince && <option value={values.since}>Since {values.since}</option>}
        </select>
      </label>
      <Choices
        title="Status"
        all={OPERATION_STATUSES}
        chosen={values.status}
        set={(status) => set({ status }, { push: true })}
      />
      <Choices
        title="Type"
        all={OPERATION_TYPES.filter((type) => type !== 'dummy' || values.type.includes(type))}
        chosen={values.type}
        set={(type) => set({ type }, { push: true })}
      />
      {isAny && (
        <button
          type="button"
          class="button"
          onClick={() => set({ status: '', type: '', since: '', search: '' }, { push: true })}
        >
          Clear filters
        </button>
      )}
    </search>
  );
}

interface ChoicesProps {
  title: string;
  all: readonly string[];
  /** Separated by commas. */
  chosen: string;
  set: (chosen: string) => void;
}

/** A row of buttons; several can be pressed. None pressed means all. */
function Choices({ title, all, chosen, set }: ChoicesProps) {
  const pressed = chosen.split(',').filter((value) => all.includes(value));
  return (
    <fieldset class="filter-choices">
      <legend class="visually-hidden">{title}</legend>
      {all.map((value) => {
        const isPressed = pressed.includes(value);
        const next = all.filter((one) => (one === value ? !isPressed : pressed.includes(one)));
        return (
          <button
            key={value}
            type="button"
            class="filter-choice"
            aria-pressed={isPressed}
            onClick={() => set(next.join(','))}
          >
            {value}
          </button>
        );
      })}
    </fieldset>
  );
}
