import { useLocation } from 'preact-iso';

/** Filters of a page, kept in its address: a reload and a shared link keep them. */
export interface Filters<Name extends string> {
  /** Empty texts are filters that are not set. */
  values: Readonly<Record<Name, string>>;
  /** True if any is set. */
  isAny: boolean;
  /** Sets some of them; an empty text removes one. `push` makes a new entry of the history, as a new page of a list does. */
  set: (changes: Partial<Record<Name, string>>, options?: { push?: boolean }) => void;
}

/** @param names of the query's parameters that are filters; the others stay as they are */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const { url, route } = useLocation();
  const { pathname, searchParams } = new URL(url, location.origin);
  const values = Object.fromEntries(names.map((name) => [name, searchParams.get(name) ?? ''])) as Record<
    Name,
    string
  >;
  return {
    values,
    isAny: names.some((name) => values[name] !== ''),
    set: (changes, { push = false } = {}) => {
      for (const [name, value] of Object.entries<string | undefined>(changes)) {
        if (value === undefined || value === '') searchParams.delete(name);
        else searchParams.set(name, value);
      }
      const query = searchParams.toString();
      route(query === '' ? pathname : `${pathname}?${query}`, !push);
    },
  };
}
