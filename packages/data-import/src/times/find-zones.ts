import { shown } from '@ktrdr/contracts';
import type { Quoting, TimeQuestion } from './quoting.js';
import type { RowOrder } from './row-order.js';
import { TimeZone } from '@ktrdr/market-data';
import type { TimeChoices, WrittenTimes } from './written-times.js';
import { readZoneWord, type ZoneWord } from './zone-words.js';

/** A share of rows that repeat a time: clocks that are put back do it for an hour in a year. */
const FEW = 0.01;
const HOUR_MS = 3_600_000;
const JANUARY = Date.UTC(2024, 0, 1);
const JULY = Date.UTC(2024, 6, 1);

/** Zones of the rows. */
export class Zones {
  /** The zone that was chosen, or that the header names: for rows without their own. */
  readonly given: TimeZone | null;
  /** Zone by the index of `WrittenTimes.zones`. */
  private readonly own: (TimeZone | null)[];
  private readonly wrong: string | null;
  private readonly header: ZoneWord | null;

  constructor(
    private readonly written: WrittenTimes,
    private readonly choices: TimeChoices,
    private readonly unix: boolean,
  ) {
    const { timezone, headerZone } = choices;
    this.header = headerZone === undefined ? null : readZoneWord(headerZone);
    const chosen = timezone === undefined ? null : TimeZone.of(timezone);
    this.wrong = timezone === undefined || chosen !== null ? null : timezone;
    this.given = chosen ?? this.header?.zone ?? null;
    this.own = written.zoneWords.map(({ zone }) => zone ?? chosen);
  }

  /** Time zone of a row; `null` if its time is an instant, or its zone is unknown. */
  readonly zoneOf = (row: number): TimeZone | null => {
    if (this.unix) return null;
    const index = this.written.zones?.[row] ?? 0;
    return index === 0 ? this.given : this.own[index - 1]!;
  };

  /** True if every time says that it is in UTC. */
  get allUtc(): boolean {
    if (this.unix) return true;
    const { zones, length } = this.written;
    if (zones === null || this.own.some((zone) => zone?.name !== 'UTC')) return false;
    for (let row = 0; row < length; row++) if (zones[row] === 0) return false;
    return true;
  }

  /** Names of the zones. */
  get name(): string {
    if (this.unix) return 'UTC';
    const names = new Set<string>();
    const { zones, length } = this.written;
    const seen = new Set<number>();
    for (let row = 0; row < length; row++) seen.add(zones?.[row] ?? 0);
    for (const index of seen) names.add((index === 0 ? this.given : this.own[index - 1])?.name ?? '');
    const all = [...names].filter((name) => name !== '').sort();
    return all.length <= 3 ? all.join(' and ') : `${all[0]} and ${all.length - 1} others`;
  }

  /** Note about a chosen zone: it is not used, or has no summer time. */
  note(times: Float64Array): Quoting | null {
    if (this.choices.timezone === undefined || this.wrong !== null) return null;
    if (this.unix) return () => 'Unix times are in UTC: the chosen time zone is not used.';
    const { zones, length } = this.written;
    if (zones === null || this.written.zoneWords.some(({ zone }) => zone === null))
      return this.withoutSummer(times);
    for (let row = 0; row < length; row++) if (zones[row] === 0) return this.withoutSummer(times);
    return () => 'The times have their own zone: the chosen time zone is not used.';
  }

  /** Question about the time zone; `null` if none is open. */
  question(times: Float64Array, order: RowOrder): TimeQuestion | null {
    const { timezone, usualZone } = this.choices;
    if (this.wrong !== null)
      return ask(
        () =>
          `${shown(this.wrong!)} is not a time zone: choose a name of the tz database such as America/New_York, UTC, or an offset such as -05:00`,
        [],
      );
    if (this.unix) return null;
    const { zones, zoneWords, length, lines } = this.written;
    const word = zones === null ? this.header : (zoneWords.find(({ zone }) => zone === null) ?? null);
    if (timezone === undefined && word !== null && word.zone === null)
      return ask(
        (timeAt) =>
          `${this.placeOf(word, timeAt)}, ${word.candidates === undefined ? 'which is not a time zone' : `and ${shown(word.text)} has several meanings`}`,
        word.candidates ?? [],
      );
    if (timezone === undefined) {
      const summer = this.standardTimeInSummer(times);
      if (summer !== null) return summer;
    }
    if (this.given !== null || length === 0) return null;
    let row = 0;
    while (zones !== null && row < length && zones[row] !== 0) row++;
    if (row === length) return null;
    const repeated = this.repeatedTime(times, order);
    return {
      ...ask(
        (timeAt) =>
          `the times have no time zone: line ${lines[row]} has ${timeAt(row)}${repeated === null ? '' : `; ${repeated(timeAt)}`}`,
        usualZone === undefined ? [] : [usualZone.zone],
      ),
      suggestion: usualZone?.why ?? null,
    };
  }

  /** `line 2 has "2024-01-02 09:30 CST"`, or `the header says "CST"`. */
  private placeOf(word: ZoneWord, timeAt: (row: number) => string): string {
    const { zones, zoneWords, lines } = this.written;
    const row = zones?.indexOf(zoneWords.indexOf(word) + 1) ?? -1;
    return row === -1 ? `the header says ${shown(word.text)}` : `line ${lines[row]} has ${timeAt(row)}`;
  }

  /** `EST` on a day in July: either the local time of New York, or standard time all year. */
  private standardTimeInSummer(times: Float64Array): TimeQuestion | null {
    const { zones, zoneWords, length, lines } = this.written;
    const words = zones === null ? [this.header] : zoneWords;
    if (words.some((word) => word?.summer === true)) return null;
    const places = words.map((word) =>
      word?.standardOf === undefined ? null : TimeZone.of(word.standardOf),
    );
    if (places.every((place) => place === null)) return null;
    for (let row = 0; row < length; row++) {
      const index = zones === null ? 0 : zones[row]! - 1;
      const place = index < 0 ? null : places[index]!;
      if (place === null || Number.isNaN(times[row]!)) continue;
      const { text, zone } = words[index]!;
      const offset = zone!.offsetAt(0);
      if (place.offsetAt(times[row]! - offset) === offset) continue;
      return ask(
        (timeAt) =>
          `line ${lines[row]} has ${timeAt(row)}, which is in summer: ${text} can mean standard time all year, or the local time of ${place.name}`,
        [place.name, zone!.name],
      );
    }
    return null;
  }

  /** Note about a chosen `EST` for times in summer. */
  private withoutSummer(times: Float64Array): Quoting | null {
    const { timezone = '' } = this.choices;
    const place = TimeZone.of(readZoneWord(timezone).standardOf ?? '');
    const { given } = this;
    // the tz database has `CET` with summer time, and `EST` without
    if (place === null || given === null || given.offsetAt(JANUARY) !== given.offsetAt(JULY)) return null;
    const offset = given.offsetAt(JULY);
    for (let row = 0; row < this.written.length; row++) {
      const time = times[row]!;
      if (this.zoneOf(row) !== given || Number.isNaN(time)) continue;
      if (place.offsetAt(time - offset) !== offset)
        return (timeAt) =>
          `Line ${this.written.lines[row]} has ${timeAt(row)}, which is in summer: ${shown(timezone)} is standard time all year. If these are local times, choose ${place.name}.`;
    }
    return null;
  }

  /** The first row that repeats a time, if only a few do. Clocks that are put back repeat an hour. */
  private repeatedTime(times: Float64Array, { rows, groups }: RowOrder): Quoting | null {
    let [count, first, firstBefore] = [0, -1, -1];
    for (const { from, to, newestFirst } of groups) {
      const rowAt = (index: number): number => (rows === null ? index : rows[index]!);
      for (let index = from + 1; index < to; index++) {
        const step = (times[rowAt(index)]! - times[rowAt(index - 1)]!) * (newestFirst ? -1 : 1);
        if (!(step <= 0 && step >= -HOUR_MS)) continue;
        count++;
        if (first < 0) [first, firstBefore] = [rowAt(index), rowAt(index - 1)];
      }
    }
    if (count === 0 || count > Math.max(2, times.length * FEW)) return null;
    const { lines } = this.written;
    const kind = times[first] === times[firstBefore] ? 'is a duplicate of' : 'goes back behind';
    return (timeAt) =>
      `line ${lines[first]} (${timeAt(first)}) ${kind} line ${lines[firstBefore]}, as happens in local times when clocks go back`;
  }
}

function ask(message: Quoting, answers: string[]): TimeQuestion {
  return { choice: 'timezone', message, answers, suggestion: null };
}
