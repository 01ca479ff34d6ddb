import { signal } from '@preact/signals';
import { now } from '../clock.js';

/**
 * - `connecting`: the page has opened its stream and nothing was received yet
 * - `live`: what the page shows is what the API says
 * - `lost`: the API does not answer; the page shows an older state
 * - `paused`: the page was hidden for a while and has left the stream
 */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'paused';

export interface Connection {
  state: ConnectionState;
  /** Since when, ms since 1970 by the browser's clock. `lost`: when the API last sent something, which is before the page noticed. */
  since: number;
}

/** Whether the page receives what changes. */
export const connection = signal<Connection>({ state: 'connecting', since: now() });

/** Difference between the clocks of API and browser, ms: add it to `now()` for the API's time. */
export const clockDifference = signal(0);

/** @param since ms since 1970 by the browser's clock */
export function setConnection(state: ConnectionState, since = now()): void {
  if (connection.peek().state !== state) connection.value = { state, since };
}
