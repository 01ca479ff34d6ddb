import { hostname } from 'node:os';
import { userName } from './user-name.js';

/** The reason of a cancel without one of the user: what cancelled, who, and where. `Ctrl+C by ann on laptop` */
export function cancelReason(what: string): string {
  const who = userName();
  return `${what}${who === undefined ? '' : ` by ${who}`} on ${hostname()}`;
}
