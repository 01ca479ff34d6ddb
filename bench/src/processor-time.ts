import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

interface Process {
  parent: number;
  ms: number;
  /** Of its children that have ended. */
  endedMs: number;
}

/** Processor time of a process and all its children since they started, ms. Linux only. */
export function processorMs(pid: number): number {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? read(name) : null;
    if (found !== null) all.set(Number(name), found);
  }
  const belongs = (id: number): boolean => {
    if (id === pid) return true;
    const parent = all.get(id)?.parent;
    return parent !== undefined && belongs(parent);
  };
  return [...all].reduce((sum, [id, { ms, endedMs }]) => sum + (belongs(id) ? ms + endedMs : 0), 0);
}

/** `null` for a process that has ended meanwhile. */
function read(pid: string): Process | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // the name, in brackets, may contain spaces
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0, , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields;
  return { parent, ms: (user + system) * TICK_MS, endedMs: (endedUser + endedSystem) * TICK_MS };
}
