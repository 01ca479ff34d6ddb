import type { Mode } from './modes.js';

/** The file system call at which a process kills itself. */
export interface CrashPoint {
  /** Part of the command line of the process. */
  process: 'api/dist/main' | 'training-host/dist/main' | 'trainer-child';
  /** Function of `node:fs/promises`. */
  call: 'rename' | 'writeFile' | 'copyFile' | 'rm';
  /** Part of the path that the call receives. */
  path: string;
  when: 'before' | 'after';
}

type Call = Omit<CrashPoint, 'when'>;

const TRAINER: readonly Call[] = [
  { process: 'trainer-child', call: 'rename', path: 'checkpoints' },
  { process: 'trainer-child', call: 'rm', path: 'checkpoints' },
  { process: 'trainer-child', call: 'writeFile', path: 'metadata.json' },
];

const API: readonly Call[] = [
  { process: 'api/dist/main', call: 'writeFile', path: 'metadata.json' },
  { process: 'api/dist/main', call: 'rename', path: 'models' },
  { process: 'api/dist/main', call: 'rm', path: 'checkpoints' },
  { process: 'api/dist/main', call: 'rm', path: '.staging' },
];

/** Calls that transfer checkpoints, models and bars between a queue host and the API. */
const QUEUE: readonly Call[] = [
  { process: 'api/dist/main', call: 'rename', path: 'checkpoints' },
  { process: 'api/dist/main', call: 'rename', path: 'received' },
  { process: 'api/dist/main', call: 'copyFile', path: '.staging' },
  { process: 'api/dist/main', call: 'rm', path: 'received' },
  { process: 'training-host/dist/main', call: 'rename', path: 'bars' },
  { process: 'training-host/dist/main', call: 'rename', path: 'checkpoints' },
];

/** Every step of the durable writes of checkpoints and models. SQLite writes the operations; plain kills test those writes. */
export const CRASH_POINTS: Readonly<Record<Mode, readonly CrashPoint[]>> = {
  local: around([...TRAINER, ...API]),
  host: around([...TRAINER, ...API]),
  queue: around([...TRAINER, ...API, ...QUEUE]),
  'queue-on-postgres': around([...TRAINER, ...API, ...QUEUE]),
};

function around(calls: readonly Call[]): CrashPoint[] {
  return calls.flatMap((call) => [
    { ...call, when: 'before' },
    { ...call, when: 'after' },
  ]);
}

/** Environment variable that gives `crash-hook.js` a {@link CrashOrder} as JSON. */
export const CRASH_AT = 'KTRDR_CHAOS_CRASH_AT';

export interface CrashOrder {
  point: CrashPoint;
  /** File that the process creates before it kills itself. */
  sign: string;
}
