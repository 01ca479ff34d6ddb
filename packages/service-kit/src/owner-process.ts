/** Names of processes as owners of operations, and what a name tells about its process. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const OWNER = /:(\d+):[^:@]+@([0-9a-f]+)$/;
const SPACE_CHARACTERS = 12;
/** Names that this process gave itself. */
const ownNames = new Set<string>();

/** `host:4711:k3f9x2@0f3c...`: the machine, the process id, a random part of this start, and the space of process ids. */
export function ownerName(randomId: string): string {
  const space = processSpace();
  const name = `${hostname()}:${process.pid}:${randomId}${space === null ? '' : `@${space}`}`;
  ownNames.add(name);
  return name;
}

/**
 * True where it is certain that the process of this owner has ended: this process sees all processes of that space, and none
 * has its id. False where nothing is certain: another machine or container, or an id that a later process has now.
 */
export function isOwnerGone(owner: string): boolean {
  const [, pid, space] = OWNER.exec(owner) ?? [];
  if (pid === undefined || space !== processSpace()) return false;
  // an earlier process had the id of this one, as the first process of a container always has
  if (Number(pid) === process.pid) return !ownNames.has(owner);
  return !processExists(Number(pid));
}

/**
 * What tells apart two processes with one id: the boot of the machine and the namespace of process ids (Linux).
 * `null` where the system has neither.
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
