import { TIMEFRAME_MS, shown } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import { findDailyDates } from './daily-dates.js';
import { DATE_FORMATS, readDateFormat, type DateFormat } from './date-format.js';
import { nameOf } from './date-order.js';
import { readDateTimes, readNumberTimes, type LocalTimes } from './date-times.js';
import { findTimeframe, type TimeframeFound } from './find-timeframe.js';
import { Zones } from './find-zones.js';
import { resolveLocalTimes } from './local-times.js';
import type { TimeQuestion } from './quoting.js';
import { groupRows, orderRows, type RowGroups, type RowOrder } from './row-order.js';
import { sessionStamps, sourceStamps, toOpenTimes, weekStamps } from './stamps.js';
import { FORMS } from './date-forms.js';
import type { TimeChoices, TimesFound, WrittenTimes } from './written-times.js';

const MINUTE_MS = 60_000;

/** Finds what the times of a file mean: their format, zone, timeframe and stamps. */
export function findTimes(
  written: WrittenTimes,
  choices: TimeChoices,
  symbols: ArrayLike<number> | undefined,
): TimesFound {
  const { local, order, spacing } = readWritten(written, choices, groupRows(written.length, symbols));
  const { times, dateFormat, unix, questions, problems, notes } = local;
  const { timeframe, question } = spacing;
  if (question !== null) questions.push(question);
  const zones = new Zones(written, choices, unix);
  const datesAlone = !unix && !written.style.hasClock && areMidnights(times);
  const found = { timeframe, datesAlone, dateFormat, questions, problems, notes };
  if (timeframe === '1d' || timeframe === '1w' || (timeframe === null && areMidnights(times))) {
    const { stamps } = choices;
    const days = findDailyDates(times, zones, {
      timeframe,
      stamps,
      hasClock: written.style.hasClock,
      lines: written.lines,
    });
    if (days.question !== null) questions.push(days.question);
    if (timeframe === '1w' && stamps === undefined) {
      const weeks = weekStamps(days.times, written.lines);
      if (weeks !== null) questions.push(weeks);
    }
    return { ...found, times: days.times, timezone: null, stamps: stamps ?? 'open' };
  }
  const note = zones.note(times);
  if (note !== null) notes.push(note);
  const closes =
    choices.stamps === undefined
      ? (sessionStamps(times, timeframe, written.lines) ?? sourceStamps(choices.usualStamps, written.lines))
      : null;
  if (closes !== null) questions.push(closes);
  const openZone = zones.question(times, order);
  if (openZone === null) {
    const barMs = timeframe === null ? null : TIMEFRAME_MS[timeframe];
    const lineOf = (row: number): number => written.lines[row]!;
    if (!unix) problems.push(...resolveLocalTimes(times, order, { zoneOf: zones.zoneOf, lineOf, barMs }));
  } else questions.push(openZone);
  const stamps = toOpenTimes(times, timeframe, choices.stamps);
  const odd = times.findIndex((time) => time % MINUTE_MS !== 0 && !Number.isNaN(time));
  if (odd >= 0)
    notes.push(
      (timeAt) =>
        `line ${written.lines[odd]} has ${timeAt(odd)}, with seconds: this may be the time of a trade, not the open of a bar.`,
    );
  return { ...found, times, timezone: openZone === null ? zones.name : null, stamps };
}

interface Reading {
  local: LocalTimes;
  order: RowOrder;
  spacing: TimeframeFound;
}

/** Reads the times as written. If day and month can be exchanged, the order that gives a timeframe is the likelier one. */
function readWritten(written: WrittenTimes, choices: TimeChoices, groups: RowGroups): Reading {
  const { format, question } = chosenFormat(written, choices);
  const read = (one: DateFormat): Reading => {
    const local =
      written.style.form === FORMS.number
        ? readNumberTimes(written, one, choices.now)
        : readDateTimes(written, one, choices.now, groups);
    const order = orderRows(local.times, groups);
    return { local, order, spacing: findTimeframe(local.times, order, choices) };
  };
  const first = read(format);
  if (question !== null) {
    const isFormat = ({ choice }: TimeQuestion): boolean => choice === 'date_format';
    const others = first.local.questions.filter((asked) => !isFormat(asked));
    const answers = first.local.questions.find(isFormat)?.answers ?? [first.local.dateFormat];
    return { ...first, local: { ...first.local, questions: [...others, { ...question, answers }] } };
  }
  const { orders } = first.local;
  if (orders.length < 2) return first;
  const readings = orders.map((order) => ({ order, reading: read({ ...format, order }) }));
  const regular = readings.filter(({ reading }) => reading.spacing.question === null);
  if (regular.length === 0) return first;
  // of two orders with the same timeframe, the one whose bars are nearer to each other is the likelier one
  const [likely] = regular.toSorted((a, b) => spanOf(a.reading) - spanOf(b.reading)) as [(typeof regular)[0]];
  const { reading } = likely;
  const name = nameOf(likely.order, written);
  const questions = first.local.questions.map((asked) =>
    asked.choice !== 'date_format'
      ? asked
      : {
          ...asked,
          answers: [name, ...asked.answers.filter((answer) => answer !== name)],
          suggestion: regular.length > 1 ? null : `as ${name}, the bars are ${reading.spacing.timeframe}`,
        },
  );
  return { ...reading, local: { ...reading.local, questions } };
}

/** Time from the first to the last bar, ms. */
function spanOf({ local }: Reading): number {
  let [least, most] = [Infinity, -Infinity];
  for (const time of local.times) {
    if (time < least) least = time;
    if (time > most) most = time;
  }
  return most - least;
}

/** The chosen format. If it does not fit, a question whose answers are the formats that fit. */
function chosenFormat(
  { style, lines }: WrittenTimes,
  { dateFormat }: TimeChoices,
): { format: DateFormat; question: Omit<TimeQuestion, 'answers'> | null } {
  if (dateFormat === undefined) return { format: {}, question: null };
  const format = readDateFormat(dateFormat);
  if (format === null)
    return wrong(() => `${shown(dateFormat)} is not a date format: choose a format such as ${DATE_FORMATS}`);
  const { order } = format;
  const isNumber = style.form === FORMS.number;
  if (isNumber !== (format.unit !== undefined))
    return wrong(
      (timeAt) =>
        `line ${lines[0]} has ${timeAt(0)}: the times of the file are ${isNumber ? 'numbers' : 'dates'}, which do not fit ${shown(dateFormat)}`,
    );
  const yearLast = style.form === FORMS.yearLast;
  if ((yearLast && order === 'YMD') || (style.form === FORMS.yearFirst && order !== 'YMD'))
    return wrong(
      (timeAt) =>
        `line ${lines[0]} has ${timeAt(0)}: the year is ${yearLast ? 'last' : 'first'} in the dates of the file, which does not fit ${shown(dateFormat)}`,
    );
  return { format, question: null };
}

function wrong(message: TimeQuestion['message']): {
  format: DateFormat;
  question: Omit<TimeQuestion, 'answers'>;
} {
  return { format: {}, question: { choice: 'date_format', message, suggestion: null } };
}

function areMidnights(times: Float64Array): boolean {
  return times.every((time) => Number.isNaN(time) || time % DAY_MS === 0);
}
