/** Where a process kills itself: at one of its calls of the file system. */
export interface CrashPoint {
  /** Which process: its command line contains this. */
  process: 'api/dist/main' | 'trainer-child';
  /** Of `node:fs/promises`. */
  call: 'rename' | 'writeFile' | 'mkdir' | 'rm';
  /** The call's path contains this. */
  path: string;
  when: 'before' | 'after';
}

/** Every step of the durable writes of checkpoints and models. Those of operations are SQLite's, and are hit by plain kills. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  { process: 'trainer-child', call: 'rename', path: 'checkpoints', when: 'before' },
  { process: 'trainer-child', call: 'rename', path: 'checkpoints', when: 'after' },
  { process: 'trainer-child', call: 'rm', path: 'checkpoints', when: 'after' },
  { process: 'trainer-child', call: 'writeFile', path: 'metadata.json', when: 'before' },
  { process: 'trainer-child', call: 'writeFile', path: 'metadata.json', when: 'after' },
  { process: 'api/dist/main', call: 'writeFile', path: 'metadata.json', when: 'before' },
  { process: 'api/dist/main', call: 'writeFile', path: 'metadata.json', when: 'after' },
  { process: 'api/dist/main', call: 'rename', path: 'models', when: 'before' },
  { process: 'api/dist/main', call: 'rename', path: 'models', when: 'after' },
  { process: 'api/dist/main', call: 'rm', path: 'checkpoints', when: 'before' },
  { process: 'api/dist/main', call: 'rm', path: '.staging', when: 'after' },
];

/** Environment variable with a `CrashPoint` as JSON, for `crash-hook.js`. */
export const CRASH_AT = 'KTRDR_CHAOS_CRASH_AT';
