import type { ApiError } from '../../api/api-error.js';
import type { FormField } from './training-form.js';

/** Fields of errors that name none. */
const FIELDS_OF_CODES: Readonly<Record<string, FormField>> = {
  strategy_not_found: 'strategy',
  strategy_invalid: 'strategy',
  engine_unsupported: 'strategy',
  bars_not_found: 'symbols',
  bars_invalid: 'symbols',
  no_bars_in_range: 'start_date',
  not_enough_bars: 'start_date',
  invalid_date_range: 'end_date',
};

const FIELDS = new Set<string>([
  'strategy',
  'symbols',
  'timeframes',
  'start_date',
  'end_date',
  'seed',
  'seeds',
  'validation_split',
  'walk_forward',
  'walk_forward_window',
  'walk_forward_gap',
  'priority',
  'user',
] satisfies FormField[]);

/** The API's words at the fields that they are about; `rest` if they are about none. */
export function errorFields(error: ApiError): { fields: Map<FormField, string>; rest: ApiError | null } {
  const fields = new Map<FormField, string>();
  const details = (error.details ?? {}) as { field?: unknown; problems?: unknown };
  if (Array.isArray(details.problems)) {
    for (const { path, message } of details.problems as { path?: unknown; message?: unknown }[]) {
      const field = String(path)
        .replace(/[.[].*$/, '')
        .replace('strategy_name', 'strategy');
      if (!FIELDS.has(field)) return { fields: new Map(), rest: error };
      fields.set(field as FormField, String(message));
    }
    if (fields.size > 0) return { fields, rest: null };
  }
  const field = FIELDS.has(String(details.field))
    ? (details.field as FormField)
    : FIELDS_OF_CODES[error.code];
  if (field === undefined) return { fields, rest: error };
  return { fields: new Map([[field, error.message]]), rest: null };
}
