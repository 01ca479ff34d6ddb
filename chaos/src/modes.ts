/** Where a run trains: in the API, on a training host, or on the hosts of a queue. */
export const MODES = ['local', 'host', 'queue'] as const;
export type Mode = (typeof MODES)[number];
