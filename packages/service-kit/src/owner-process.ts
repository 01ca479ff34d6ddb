/** Names of processes as owners of operations, and whether the process behind a name has ended. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const OWNER = /:(\d+):[^:@]+@([0-9a-f]+)$/;
const SPACE_CHARACTERS = 12;
/** Names that this process gave itself. */
const ownNames = new Set<string>();

/** `host:4711:k3f9x2@0f3c...`: the machine, the process id, a random id of this start, and the process space. */
export function ownerName(randomId: string): string {
  const space = processSpace();
  const name = `${hostname()}:${process.pid}:${randomId}${space === null ? '' : `@${space}`}`;
  ownNames.add(name);
  return name;
}

/**
 * True if the process of this owner has certainly ended: both are in the same process space, where no process has its id. False
 * if that is uncertain: the owner is on another machine or in another container, or a later process has the same id.
 */
export function isOwnerGone(owner: string): boolean {
  const [, pid, space] = OWNER.exec(owner) ?? [];
  if (pid === undefined || space !== processSpace()) return false;
  // an earlier process had this process's id, as the first process of a container always does
  if (Number(pid) === process.pid) return !ownNames.has(owner);
  return !processExists(Number(pid));
}

/**
 * Identifies the process space, in which process ids are unique: the machine's boot and the pid namespace (Linux).
 * `null` on systems without these.
 */
function processSpace(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, SPACE_CHARACTERS);
  } catch {
    return null;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
