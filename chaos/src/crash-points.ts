import type { Mode } from './modes.js';

/** Where a process kills itself: at one of its calls of the file system. */
export interface CrashPoint {
  /** Which process: its command line contains this. */
  process: 'api/dist/main' | 'training-host/dist/main' | 'trainer-child';
  /** Of `node:fs/promises`. */
  call: 'rename' | 'writeFile' | 'copyFile' | 'rm';
  /** The call's path contains this. */
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

/** Of checkpoints and models on their way between a queue's host and the API. */
const QUEUE: readonly Call[] = [
  { process: 'api/dist/main', call: 'rename', path: 'checkpoints' },
  { process: 'api/dist/main', call: 'rename', path: 'received' },
  { process: 'api/dist/main', call: 'copyFile', path: '.staging' },
  { process: 'api/dist/main', call: 'rm', path: 'received' },
  { process: 'training-host/dist/main', call: 'rename', path: 'bars' },
  { process: 'training-host/dist/main', call: 'rename', path: 'checkpoints' },
];

/** Every step of the durable writes of checkpoints and models. Those of operations are SQLite's, and are hit by plain kills. */
export const CRASH_POINTS: Readonly<Record<Mode, readonly CrashPoint[]>> = {
  local: around([...TRAINER, ...API]),
  host: around([...TRAINER, ...API]),
  queue: around([...TRAINER, ...API, ...QUEUE]),
};

function around(calls: readonly Call[]): CrashPoint[] {
  return calls.flatMap((call) => [
    { ...call, when: 'before' },
    { ...call, when: 'after' },
  ]);
}

/** Environment variable with a {@link CrashOrder} as JSON, for `crash-hook.js`. */
export const CRASH_AT = 'KTRDR_CHAOS_CRASH_AT';

export interface CrashOrder {
  point: CrashPoint;
  /** A file that the process leaves when it kills itself. */
  sign: string;
}
