import { OPERATION_STATUSES, OPERATION_TYPES, type ListOperationsQuery } from '@ktrdr/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { someOf } from './option-values.js';

/** Options that choose operations. */
export interface FilterOptions {
  status?: string[];
  type?: string[];
  since?: When;
  until?: When;
  search?: string;
}

/** A time: so long ago (ms), or a moment (ISO 8601, or `YYYY-MM-DD`). */
export type When = { ago: number } | { at: string };

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Adds the options of {@link FilterOptions} to a command. */
export function addFilters(command: Command): Command {
  return command
    .addOption(
      new Option('--status <statuses>', 'only these, separated by commas')
        .choices(OPERATION_STATUSES)
        .argParser(someOf(OPERATION_STATUSES)),
    )
    .addOption(
      new Option('--type <types>', 'only these, separated by commas')
        .choices(OPERATION_TYPES)
        .argParser(someOf(OPERATION_TYPES)),
    )
    .addOption(new Option('--since <when>', 'created since: 30m, 2h, 1d, 2026-01-05').argParser(when))
    .addOption(new Option('--until <when>', 'created before: 30m, 2h, 1d, 2026-01-05').argParser(when))
    .option('--search <words>', 'only with these words in id, strategy, symbols or model');
}

export function hasFilter({ status, type, since, until, search }: FilterOptions): boolean {
  return [status, type, since, until, search].some((filter) => filter !== undefined);
}

/** The query of `GET /operations`. @param now UTC ms */
export function filterQuery(
  { status, type, since, until, search }: FilterOptions,
  now: number,
): ListOperationsQuery {
  const moment = (when: When | undefined): string | undefined =>
    when === undefined ? undefined : 'at' in when ? when.at : new Date(now - when.ago).toISOString();
  return {
    status: status?.join(','),
    type: type?.join(','),
    since: moment(since),
    until: moment(until),
    search,
  };
}

/** The filters as a person reads them: `failed or cancelled, training, since 2026-01-05`. */
export function filterText({ status, type, since, until, search }: FilterOptions, now: number): string {
  const query = filterQuery({ since, until }, now);
  const time = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
  return [
    status?.join(' or '),
    type?.join(' or '),
    query.since === undefined ? undefined : `since ${time(query.since)}`,
    query.until === undefined ? undefined : `before ${time(query.until)}`,
    search === undefined ? undefined : `with '${search}'`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function when(text: string): When {
  const [, amount = '', unit = ''] = /^(\d+) *([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const size = UNIT_MS[unit];
  if (size !== undefined && Number(amount) * size < Number.MAX_SAFE_INTEGER / 1_000)
    return { ago: Number(amount) * size };
  const isMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (isMoment && !Number.isNaN(Date.parse(text))) return { at: text };
  throw new InvalidArgumentError(
    'It must be a duration such as 30m, 2h, 1d or 1w, a date such as 2026-01-05, or a time such as 2026-01-05T10:00:00Z.',
  );
}
