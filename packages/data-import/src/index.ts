export type { TimeChoices, TimesFound } from './times/time-column.js';
