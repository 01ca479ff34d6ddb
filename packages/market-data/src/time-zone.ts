import { DAY_MS } from './timestamp.js';

/** A moment at which the clocks of a zone change. */
interface Transition {
  /** First instant with the new offset, ms. */
  at: number;
  /** Local time minus UTC before and after, ms. */
  before: number;
  after: number;
}

/** No zone of the tz database changes its clocks twice within this time and back again. */
const STEP_MS = 2 * DAY_MS;
/** Largest offset of any zone. */
const MOST_OFFSET_MS = 15 * 3_600_000;

/** A zone of the tz database, or a fixed offset. Converts local times, which are ms since 1970-01-01 00:00 of the local clock. */
export class TimeZone {
  private readonly formatter: Intl.DateTimeFormat | null;
  private transitions: Transition[] = [];
  private firstOffset = 0;
  private from = Infinity;
  private to = -Infinity;
  /** Where the last local time was found. */
  private near = 0;

  private constructor(
    readonly name: string,
    formatter: Intl.DateTimeFormat | number,
  ) {
    this.formatter = typeof formatter === 'number' ? null : formatter;
    if (typeof formatter === 'number') this.firstOffset = formatter;
  }

  /** A zone by its name in the tz database, `UTC`, or an offset such as `-05:00`. @returns `null` if there is none */
  static of(name: string): TimeZone | null {
    const text = name.trim();
    const offset = offsetOf(text);
    if (offset !== null) return TimeZone.fixed(offset);
    if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return null;
    try {
      const formatter = new Intl.DateTimeFormat('en-US', {
        timeZone: text,
        calendar: 'gregory',
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
      return new TimeZone(properCase(text, formatter.resolvedOptions().timeZone), formatter);
    } catch {
      // RangeError: the tz database has no such zone
      return null;
    }
  }

  /** A zone that never changes its clocks. @param offset local time minus UTC, ms */
  static fixed(offset: number): TimeZone {
    return new TimeZone(offset === 0 ? 'UTC' : formatOffset(offset), offset);
  }

  /** Local time minus UTC at an instant, ms. */
  offsetAt(instant: number): number {
    this.cover(instant);
    const { transitions } = this;
    let index = Math.min(this.near, transitions.length);
    while (index > 0 && instant < transitions[index - 1]!.at) index--;
    while (index < transitions.length && instant >= transitions[index]!.at) index++;
    this.near = index;
    return index === 0 ? this.firstOffset : transitions[index - 1]!.after;
  }

  /**
   * The earlier instant of a local time. `NaN`: the local time does not exist, because the clocks were put forward. A time that
   * happens twice has the later instant `laterBy` after it.
   */
  earlier(local: number): number {
    this.cover(local - MOST_OFFSET_MS);
    this.cover(local + MOST_OFFSET_MS);
    const { transitions } = this;
    let index = Math.min(this.near, transitions.length);
    while (index > 0 && local < localStart(transitions[index - 1]!)) index--;
    while (index < transitions.length && local >= localStart(transitions[index]!)) index++;
    this.near = index;
    // all changes before `index` began before this local time
    const change = index === 0 ? undefined : transitions[index - 1]!;
    if (change === undefined) return local - this.firstOffset;
    if (local < localEnd(change)) return change.after > change.before ? NaN : local - change.before;
    return local - change.after;
  }

  /** How much later a local time happens a second time, ms; 0: it happens once. */
  laterBy(local: number): number {
    if (Number.isNaN(this.earlier(local))) return 0;
    const change = this.transitions[this.near - 1];
    return change !== undefined && local < localEnd(change) ? change.before - change.after : 0;
  }

  /** The local times around one, `[from, to)`, that all have the same offset and happen once; `null` if this one does not. */
  stretchAt(local: number): { from: number; to: number; offset: number } | null {
    this.earlier(local);
    const { transitions, near } = this;
    const [before, next] = [transitions[near - 1], transitions[near]];
    if (before !== undefined && local < localEnd(before)) return null;
    return {
      from: before === undefined ? this.from + MOST_OFFSET_MS : localEnd(before),
      to: next === undefined ? this.to - MOST_OFFSET_MS : localStart(next),
      offset: before === undefined ? this.firstOffset : before.after,
    };
  }

  /** The local times that do not exist, or happen twice, around one of them: `[from, to)`. */
  changeAround(local: number): { from: number; to: number } | null {
    this.earlier(local);
    const change = this.transitions[this.near - 1];
    return change !== undefined && local < localEnd(change)
      ? { from: localStart(change), to: localEnd(change) }
      : null;
  }

  /** Adds the changes up to an instant. */
  private cover(instant: number): void {
    if (instant >= this.from && instant <= this.to) return;
    if (this.formatter === null) {
      [this.from, this.to] = [-Infinity, Infinity];
      return;
    }
    if (this.from > this.to) {
      this.from = instant - STEP_MS;
      this.to = instant + STEP_MS;
      this.firstOffset = this.readOffset(this.from);
      this.transitions = this.between(this.from, this.to);
    } else if (instant < this.from) {
      const from = instant - STEP_MS;
      this.firstOffset = this.readOffset(from);
      this.transitions.unshift(...this.between(from, this.from));
      this.from = from;
    } else {
      const to = instant + STEP_MS;
      this.transitions.push(...this.between(this.to, to));
      this.to = to;
    }
  }

  /** The changes in `(from, to]`. */
  private between(from: number, to: number): Transition[] {
    const found: Transition[] = [];
    let at = from;
    let before = this.readOffset(at);
    while (at < to) {
      const next = Math.min(at + STEP_MS, to);
      const after = this.readOffset(next);
      if (after !== before) found.push(this.locate(at, before, next, after));
      at = next;
      before = after;
    }
    return found;
  }

  /** The change between two instants, to the second. */
  private locate(from: number, before: number, to: number, after: number): Transition {
    let [low, high] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.readOffset(middle * 1000) === before) low = middle;
      else high = middle;
    }
    return { at: high * 1000, before, after };
  }

  private readOffset(instant: number): number {
    const second = Math.floor(instant / 1000) * 1000;
    // 11/3/2019 A, 01:30:00
    const text = this.formatter!.format(second);
    const [month, day, year, hour, minute, seconds] = text.match(/\d+/g)!.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const local = new Date(0);
    local.setUTCFullYear(/B/.test(text) ? 1 - year : year, month - 1, day);
    return local.setUTCHours(hour, minute, seconds) - second;
  }
}

/** The first local time that a change leaves out or repeats. */
function localStart({ at, before, after }: Transition): number {
  return at + Math.min(before, after);
}

/** The first local time after those. */
function localEnd({ at, before, after }: Transition): number {
  return at + Math.max(before, after);
}

/** The tz database's spelling of a name that was written in other case. */
function properCase(written: string, resolved: string): string {
  if (written.toLowerCase() === resolved.toLowerCase()) return resolved;
  // an old name of the zone stays: US/Eastern
  return written;
}

/** `+05:30`, `+0530`, `+5`, `UTC+5`, `GMT-0700`, `Z`, `UTC`, `GMT` as ms; `null` if it is no offset. */
export function offsetOf(text: string): number | null {
  const parts = /^(?:(?:UTC|GMT)\s*(?=[+\u2212-]|$))?(?:([+\u2212-])(\d{1,2}?)(?::?(\d{2}))?)?$/i.exec(text);
  if (/^(?:Z|UTC|GMT|UT|Zulu)$/i.test(text)) return 0;
  if (parts === null || parts[1] === undefined) return null;
  const [hours, minutes] = [Number(parts[2]), Number(parts[3] ?? 0)];
  if (hours > 15 || minutes > 59) return null;
  return (hours * 60 + minutes) * 60_000 * (parts[1] === '+' ? 1 : -1);
}

/** `-05:00` */
export function formatOffset(offset: number): string {
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
