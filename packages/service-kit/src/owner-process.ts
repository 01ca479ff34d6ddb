/** Names processes as owners of operations, and detects whether an owner's process has ended. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const OWNER = /:(\d+):[^:@]+@([0-9a-f]+)$/;
const SPACE_CHARACTERS = 12;
/** Owner names of this process. */
const ownNames = new Set<string>();

/** `host:4711:k3f9x2@0f3c...`: the machine, the process id, a random id, and the process space. */
export function ownerName(randomId: string): string {
  const space = processSpace();
  const name = `${hostname()}:${process.pid}:${randomId}${space === null ? '' : `@${space}`}`;
  ownNames.add(name);
  return name;
}

/**
 * True if the owner's process has certainly ended: it is in this process space, and no process there has its id. False
 * if this is uncertain: the owner is on another machine or in another container, or a later process has the same id.
 */
export function isOwnerGone(owner: string): boolean {
  const [, pid, space] = OWNER.exec(owner) ?? [];
  if (pid === undefined || space !== processSpace()) return false;
  // an earlier process had the same id, which is always so for the first process of a container
  if (Number(pid) === process.pid) return !ownNames.has(owner);
  return !processExists(Number(pid));
}

/**
 * Identifies the process space, in which process ids are unique: the machine's boot and the pid namespace (Linux).
 * `null` on other systems.
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
