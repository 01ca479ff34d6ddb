/** Options and texts of several commands. */
export const TIMEFRAMES = '1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w';
export const START_DATE = ['--start-date <date>', 'first day, YYYY-MM-DD (UTC)'] as const;
export const END_DATE = ['--end-date <date>', 'last day, included'] as const;
export const DETACH = ['--detach', 'start the operation and return at once'] as const;
export const WATCH = ['--watch', 'keep the list on the screen and redraw it; Ctrl+C ends'] as const;
export const YES = ['-y, --yes', 'do not ask for confirmation'] as const;
