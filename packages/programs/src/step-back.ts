import { writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** Between 0 and 1,000: when memory runs out, Linux ends processes with a high value first. */
const OOM_SCORE = '900';

/** Lets a child process step back behind its service: the service is scheduled first, and ended last when memory runs out. */
export function stepBack(pid: number | undefined): void {
  if (pid === undefined) return;
  // a service may have a low priority itself
  const priority = getPriority() + constants.priority.PRIORITY_BELOW_NORMAL;
  attempt(() => setPriority(pid, Math.min(priority, constants.priority.PRIORITY_LOW)));
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE));
}

/** The process may have ended, or the system may not allow it: then the child runs as before. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // see above
  }
}
