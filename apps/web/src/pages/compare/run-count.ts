export const LEAST_RUNS = 2;
/** Most runs of one comparison: as many as there are colours. */
export const MOST_RUNS = 10;
