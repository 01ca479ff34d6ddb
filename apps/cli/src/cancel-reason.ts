import { hostname } from 'node:os';
import { userName } from './user-name.js';

/** Default reason of a cancel: the command, the user and the machine. `Ctrl+C in ktrdr by ann on laptop` */
export function cancelReason(what: string): string {
  const who = userName();
  return `${what}${who === undefined ? '' : ` by ${who}`} on ${hostname()}`;
}
