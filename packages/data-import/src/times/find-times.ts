import { TIMEFRAME_MS, shown, type ImportQuestion } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import { findDailyDates } from './daily-dates.js';
import { DATE_FORMATS, readDateFormat, type DateFormat } from './date-format.js';
import { readDateTimes, readNumberTimes } from './date-times.js';
import { findTimeframe } from './find-timeframe.js';
import { Zones } from './find-zones.js';
import { resolveLocalTimes } from './local-times.js';
import { orderRows } from './row-order.js';
import { toOpenTimes } from './stamps.js';
import { FORMS } from './time-cell.js';
import type { TimeChoices, TimesFound, WrittenTimes } from './written-times.js';

/** Finds what the times of a file mean: their format, zone, timeframe and stamps. */
export function findTimes(
  written: WrittenTimes,
  choices: TimeChoices,
  symbols: ArrayLike<number> | undefined,
): TimesFound {
  const order = orderRows(written.length, symbols);
  const format = chosenFormat(choices);
  const { times, dateFormat, unix, questions, problems, notes } =
    written.style.form === FORMS.number
      ? readNumberTimes(written, format.format, choices.now)
      : readDateTimes(written, format.format, choices.now, order);
  if (format.question !== null) questions.push(format.question);
  const zones = new Zones(written, choices, unix);
  const { timeframe, question } = findTimeframe(zones.spacingTimes(times), order, choices.timeframe);
  if (question !== null) questions.push(question);
  const found = { timeframe, dateFormat, questions, problems, notes };
  if (timeframe === '1d' || timeframe === '1w' || (timeframe === null && areMidnights(times))) {
    const { stamps } = choices;
    const days = findDailyDates(times, zones, { timeframe, stamps, hasClock: written.style.hasClock });
    if (days.question !== null) questions.push(days.question);
    return { ...found, times: days.times, timezone: null, stamps: stamps ?? 'open' };
  }
  if (zones.note !== null) notes.push(zones.note);
  const openZone = zones.question(times, order);
  if (openZone === null) {
    const barMs = timeframe === null ? null : TIMEFRAME_MS[timeframe];
    problems.push(...resolveLocalTimes(times, order, zones.zoneOf, (row) => written.lines[row]!, barMs));
  } else questions.push(openZone);
  const stamps = toOpenTimes(times, timeframe, choices.stamps);
  return { ...found, times, timezone: openZone === null ? zones.name : null, stamps };
}

function chosenFormat({ dateFormat }: TimeChoices): { format: DateFormat; question: ImportQuestion | null } {
  if (dateFormat === undefined) return { format: {}, question: null };
  const format = readDateFormat(dateFormat);
  if (format !== null) return { format, question: null };
  const message = `${shown(dateFormat)} is no format of dates: write it as ${DATE_FORMATS}`;
  return { format: {}, question: { choice: 'date_format', message, answers: [], suggestion: null } };
}

function areMidnights(times: Float64Array): boolean {
  return times.every((time) => Number.isNaN(time) || time % DAY_MS === 0);
}
