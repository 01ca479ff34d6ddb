import { readFileSync } from 'node:fs';
import { KtrdrError } from '@ktrdr/contracts';

/** With fewer open files, a service could start and then fail at the first training or a few connections. */
const FEWEST = 128;
/** With fewer, the start says what is limited. */
const ENOUGH = 1_024;
/** Files that a service needs for itself: its program, the store, the log, a few trainings. */
const OWN = 64;

/**
 * Checks how many files this process may have open: every connection is one, and every training takes a few.
 *
 * @param limits content of `/proc/self/limits`
 * @returns a warning if the limit is low; `null` if it is not, or if the system does not say
 * @throws KtrdrError `invalid_setting` if the limit is too low for a service
 */
export function checkOpenFiles(limits = systemLimits()): string | null {
  const found = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  if (found === undefined || Number(found) >= ENOUGH) return null;
  const limit = Number(found);
  if (limit < FEWEST) {
    throw new KtrdrError(
      'invalid_setting',
      `This process may open only ${limit} files (ulimit -n), and a service needs at least ${FEWEST}. Raise the limit, for example: ulimit -n 4096`,
      { details: { limit, fewest: FEWEST } },
    );
  }
  return `this process may open only ${limit} files (ulimit -n): that is enough for about ${limit - OWN} connections at a time, and each training takes some of them. Raise the limit, for example: ulimit -n 4096`;
}

/** Empty on systems without `/proc`. */
function systemLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}
