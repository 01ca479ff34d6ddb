/** A time and how its zone is called, to be written in some form. */
export interface TimeToWrite {
  /** ms since 1970-01-01 UTC. */
  instant: number;
  /** Local time minus UTC, ms. */
  offset: number;
  /** Name in the tz database. */
  zone: string;
}

/** One way to write times. */
export interface TimeForm {
  /** One cell, or a date and a time of day. */
  write: (time: TimeToWrite) => string[];
  /** The times say their own zone. */
  zoned: boolean;
  /** Order of day and month, if the month is a number and the year stands last or has two digits. */
  order?: 'DMY' | 'MDY';
  /** The sign between day and month: points say the order. */
  sign?: string;
  shortYear?: boolean;
  /** Name of the form as a choice, if the file may leave it open. */
  format?: string;
  /** Without a header, numbers are not taken for times. */
  needsName?: boolean;
  /** The cell has spaces. */
  spaced?: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const GERMAN = ['Jan', 'Feb', 'März', 'April', 'Mai', 'Juni', 'Juli', 'Aug', 'Sept', 'Okt', 'Nov', 'Dez'];
const FRENCH = [
  'janv.',
  'févr.',
  'mars',
  'avr.',
  'mai',
  'juin',
  'juil.',
  'août',
  'sept.',
  'oct.',
  'nov.',
  'déc.',
];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Days from the first day of a spreadsheet to 1970-01-01. */
const EXCEL_EPOCH = 25_569;
const DAY_MS = 86_400_000;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The parts of a local time. */
function parts({ instant, offset }: TimeToWrite) {
  const date = new Date(instant + offset);
  const hour = date.getUTCHours();
  return {
    y: String(date.getUTCFullYear()),
    yy: two(date.getUTCFullYear() % 100),
    m: date.getUTCMonth(),
    mo: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    h: two(hour),
    mi: two(date.getUTCMinutes()),
    s: two(date.getUTCSeconds()),
    half: `${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())} ${hour < 12 ? 'AM' : 'PM'}`,
    weekday: WEEKDAYS[date.getUTCDay()]!,
  };
}

/** `-05:00` */
function offsetText({ offset }: TimeToWrite, sign = ':'): string {
  const minutes = Math.abs(offset) / 60_000;
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${sign}${two(minutes % 60)}`;
}

function local(
  write: (part: ReturnType<typeof parts>) => string | string[],
  more: Partial<TimeForm> = {},
): TimeForm {
  return { write: (time) => [write(parts(time))].flat(), zoned: false, ...more };
}

function number(unit: (instant: number) => string): TimeForm {
  return { write: ({ instant }) => [unit(instant)], zoned: true };
}

const UTC = { offset: 0, zone: 'UTC' };

/** Forms of a date and a time of day. */
export const TIME_FORMS: Readonly<Record<string, TimeForm>> = {
  'ISO, Z': { write: ({ instant }) => [`${new Date(instant).toISOString().slice(0, 19)}Z`], zoned: true },
  'ISO, ms': { write: ({ instant }) => [new Date(instant).toISOString()], zoned: true },
  'ISO, offset': {
    write: (time) => {
      const p = parts(time);
      return [`${p.y}-${p.mo}-${p.d} ${p.h}:${p.mi}:${p.s}${offsetText(time)}`];
    },
    zoned: true,
    spaced: true,
  },
  'ISO, local': local((p) => `${p.y}-${p.mo}-${p.d} ${p.h}:${p.mi}:${p.s}`, { spaced: true }),
  'ISO, T': local((p) => `${p.y}-${p.mo}-${p.d}T${p.h}:${p.mi}`),
  'unix s': number((instant) => String(instant / 1000)),
  'unix s, float': number((instant) => `${instant / 1000}.0`),
  'unix ms': number(String),
  'unix us': number((instant) => `${instant}000`),
  'unix ns': number((instant) => `${instant}000000`),
  excel: local(() => '', {
    write: ({ instant, offset }) => [((instant + offset) / DAY_MS + EXCEL_EPOCH).toFixed(9)],
    format: 'excel',
    needsName: true,
  }),
  'DD/MM/YYYY': local((p) => `${p.d}/${p.mo}/${p.y} ${p.h}:${p.mi}`, {
    order: 'DMY',
    sign: '/',
    spaced: true,
  }),
  'M/D/YYYY h:mm A': local((p) => `${p.m + 1}/${Number(p.d)}/${p.y} ${p.half}`, {
    order: 'MDY',
    sign: '/',
    spaced: true,
  }),
  'DD-MM-YYYY': local((p) => `${p.d}-${p.mo}-${p.y} ${p.h}:${p.mi}:${p.s}`, {
    order: 'DMY',
    sign: '-',
    spaced: true,
  }),
  'MM/DD/YY, HHmm': local((p) => [`${p.mo}/${p.d}/${p.yy}`, p.h + p.mi], {
    order: 'MDY',
    sign: '/',
    shortYear: true,
    needsName: true,
  }),
  'DD.MM.YYYY, HH:mm:ss': local((p) => [`${p.d}.${p.mo}.${p.y}`, `${p.h}:${p.mi}:${p.s}`]),
  'DD.MM.YYYY GMT': {
    write: (time) => {
      const p = parts(time);
      return [`${p.d}.${p.mo}.${p.y} ${p.h}:${p.mi}:${p.s}.000 GMT${offsetText(time, '')}`];
    },
    zoned: true,
    spaced: true,
  },
  'YYYY.MM.DD, HH:mm': local((p) => [`${p.y}.${p.mo}.${p.d}`, `${p.h}:${p.mi}`]),
  'YYYYMMDD HHmmss': local((p) => `${p.y}${p.mo}${p.d} ${p.h}${p.mi}${p.s}`, { spaced: true }),
  'YYYYMMDD, HHmmss': local((p) => [p.y + p.mo + p.d, p.h + p.mi + p.s], { needsName: true }),
  YYYYMMDDHHmmss: local((p) => p.y + p.mo + p.d + p.h + p.mi + p.s),
  'YYYYMMDD zone': {
    write: (time) => {
      const p = parts(time);
      return [`${p.y}${p.mo}${p.d} ${p.h}:${p.mi}:${p.s} ${time.zone}`];
    },
    zoned: true,
    spaced: true,
  },
  'DD-Mon-YY': local((p) => `${p.d}-${MONTHS[p.m]}-${p.yy} ${p.h}:${p.mi}`, { spaced: true }),
  'Mon DD, YYYY': local((p) => `${MONTHS[p.m]} ${p.d}, ${p.y} ${p.half}`, { spaced: true }),
  'D. Monat YYYY': local((p) => `${Number(p.d)}. ${GERMAN[p.m]} ${p.y} ${p.h}:${p.mi}`, { spaced: true }),
  JavaScript: {
    write: (time) => {
      const p = parts(time);
      return [
        `${p.weekday} ${MONTHS[p.m]} ${p.d} ${p.y} ${p.h}:${p.mi}:${p.s} GMT${offsetText(time, '')} (Local Time)`,
      ];
    },
    zoned: true,
    spaced: true,
  },
};

/** Forms of a date. */
export const DATE_FORMS: Readonly<Record<string, TimeForm>> = {
  'YYYY-MM-DD': local((p) => `${p.y}-${p.mo}-${p.d}`),
  'YYYY-MM-DD 00:00:00': local((p) => `${p.y}-${p.mo}-${p.d} 00:00:00`, { spaced: true }),
  'YYYY-MM-DD and an offset': local((p) => `${p.y}-${p.mo}-${p.d} 00:00:00-05:00`, { spaced: true }),
  YYYYMMDD: local((p) => p.y + p.mo + p.d),
  'YYYYMMDD, 000000': local((p) => [p.y + p.mo + p.d, '000000'], { needsName: true }),
  'YYYY.MM.DD, 00:00': local((p) => [`${p.y}.${p.mo}.${p.d}`, '00:00']),
  'YYYY/M/D': local((p) => `${p.y}/${p.m + 1}/${Number(p.d)}`),
  'DD/MM/YYYY': local((p) => `${p.d}/${p.mo}/${p.y}`, { order: 'DMY', sign: '/' }),
  'MM/DD/YYYY': local((p) => `${p.mo}/${p.d}/${p.y}`, { order: 'MDY', sign: '/' }),
  'D-M-YYYY': local((p) => `${Number(p.d)}-${p.m + 1}-${p.y}`, { order: 'DMY', sign: '-' }),
  'DD/MM/YY': local((p) => `${p.d}/${p.mo}/${p.yy}`, { order: 'DMY', sign: '/', shortYear: true }),
  'MM-DD-YY': local((p) => `${p.mo}-${p.d}-${p.yy}`, { order: 'MDY', sign: '-', shortYear: true }),
  'DD.MM.YYYY': local((p) => `${p.d}.${p.mo}.${p.y}`),
  'DD.MM.YY': local((p) => `${p.d}.${p.mo}.${p.yy}`),
  'DD-Mon-YY': local((p) => `${p.d}-${MONTHS[p.m]}-${p.yy}`),
  'DD-MON-YYYY': local((p) => `${p.d}-${MONTHS[p.m]!.toUpperCase()}-${p.y}`),
  'Mon DD, YYYY': local((p) => `${MONTHS[p.m]} ${p.d}, ${p.y}`, { spaced: true }),
  'Ddd Mon D YYYY': local((p) => `${p.weekday} ${MONTHS[p.m]} ${Number(p.d)} ${p.y}`, { spaced: true }),
  'D. Monat YYYY': local((p) => `${Number(p.d)}. ${GERMAN[p.m]} ${p.y}`, { spaced: true }),
  'D mois YYYY': local((p) => `${Number(p.d)} ${FRENCH[p.m]} ${p.y}`, { spaced: true }),
  'unix s': number((instant) => String(instant / 1000)),
  'unix ms': number(String),
};

/** Midnight UTC, for dates. */
export function dateToWrite(instant: number): TimeToWrite {
  return { instant, ...UTC };
}
