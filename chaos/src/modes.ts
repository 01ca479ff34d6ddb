/** Where the trainings of a run compute. */
export const MODES = ['local', 'host', 'queue'] as const;
export type Mode = (typeof MODES)[number];
