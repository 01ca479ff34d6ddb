export { TimeColumn, looksLikeTime } from './times/time-column.js';
export type { TimeChoices, TimeProblem, TimesFound } from './times/written-times.js';
