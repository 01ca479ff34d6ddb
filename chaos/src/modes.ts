/** Where a run trains, if its seed decides: in the API, on a training host, or on the hosts of a queue on Redis. */
export const DRAWN_MODES = ['local', 'host', 'queue'] as const;
/** Also a queue on PostgreSQL, which no seed draws: a seed keeps its plan. */
export const MODES = [...DRAWN_MODES, 'queue-on-postgres'] as const;
export type Mode = (typeof MODES)[number];
