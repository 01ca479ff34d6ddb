import { TimeZone, offsetOf } from '@ktrdr/market-data';

/** What a zone in a cell or a header means. */
export interface ZoneWord {
  /** As written. */
  text: string;
  /** `null`: it has several meanings, or is unknown. */
  zone: TimeZone | null;
  /** Zone whose standard time the abbreviation names. Many programs write `EST` in summer too. */
  standardOf?: string;
  /** The abbreviation names a summer time. */
  summer?: boolean;
  /** Zones that an ambiguous abbreviation can mean. */
  candidates?: string[];
}

const HOUR_MS = 3_600_000;
/** Hours from UTC, and the zone for names of its standard time. */
const STANDARD: Readonly<Record<string, readonly [number, string]>> = {
  EST: [-5, 'America/New_York'],
  MST: [-7, 'America/Denver'],
  PST: [-8, 'America/Los_Angeles'],
  CET: [1, 'Europe/Berlin'],
  MEZ: [1, 'Europe/Berlin'],
  EET: [2, 'Europe/Athens'],
  WET: [0, 'Europe/Lisbon'],
  AEST: [10, 'Australia/Sydney'],
  NZST: [12, 'Pacific/Auckland'],
};
const SUMMER: Readonly<Record<string, number>> = {
  EDT: -4,
  CDT: -5,
  MDT: -6,
  PDT: -7,
  BST: 1,
  CEST: 2,
  MESZ: 2,
  EEST: 3,
  WEST: 1,
  AEDT: 11,
  NZDT: 13,
};
const WITHOUT_SUMMER: Readonly<Record<string, number>> = { MSK: 3, JST: 9, KST: 9, HKT: 8, SGT: 8, AWST: 8 };
const AMBIGUOUS: Readonly<Record<string, string[]>> = {
  CST: ['America/Chicago', 'Asia/Shanghai', '-06:00'],
  IST: ['Asia/Kolkata', 'Asia/Jerusalem', 'Europe/Dublin'],
  AST: ['America/Halifax', 'Asia/Riyadh', '-04:00'],
};
/** Names without a standard or summer time: the local time of the place. */
const PLACES: Readonly<Record<string, string>> = {
  ET: 'America/New_York',
  CT: 'America/Chicago',
  MT: 'America/Denver',
  PT: 'America/Los_Angeles',
};

/** Reads a zone as it stands behind a time: `Z`, `-05:00`, `GMT+0700 (ICT)`, `US/Eastern`, `[Europe/Berlin]`, `EST`. */
export function readZoneWord(written: string): ZoneWord {
  const text = written.trim();
  // `-05:00[America/New_York]`, `GMT+0100 (Central European Standard Time)`: the offset says it all
  const [bare = ''] = /^[^\s([]*/.exec(text) ?? [];
  const inside = /^[([]\s*([^)\]]*?)\s*[)\]]$/.exec(text);
  const name = inside?.[1] ?? (bare === '' ? text : bare);
  const offset = offsetOf(name) ?? (inside === null ? offsetOf(text) : null);
  if (offset !== null) return { text, zone: TimeZone.fixed(offset) };
  if (inside === null && bare !== text && !/^[\s]*[([]/.test(text.slice(bare.length)))
    return { text, zone: null };
  const upper = name.toUpperCase();
  const standard = STANDARD[upper];
  if (standard !== undefined)
    return { text, zone: TimeZone.fixed(standard[0] * HOUR_MS), standardOf: standard[1] };
  const hours = SUMMER[upper];
  if (hours !== undefined) return { text, zone: TimeZone.fixed(hours * HOUR_MS), summer: true };
  const fixed = WITHOUT_SUMMER[upper];
  if (fixed !== undefined) return { text, zone: TimeZone.fixed(fixed * HOUR_MS) };
  const candidates = AMBIGUOUS[upper];
  if (candidates !== undefined) return { text, zone: null, candidates };
  return { text, zone: TimeZone.of(PLACES[upper] ?? name) };
}
