import type { Screen } from '../screen.js';

/** What a drawing needs to know about the terminal. */
export type Terminal = Pick<Screen, 'columns' | 'unicode' | 'style'>;
