import { isAbsolute } from 'node:path';

/** ` (looked in /home/ann)`: where a relative path was looked for; empty for an absolute one. */
export function lookedIn(path: string): string {
  return isAbsolute(path) ? '' : ` (looked in ${process.cwd()})`;
}
