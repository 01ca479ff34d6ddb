/**
 * Loaded into a service by `--import`: where `KTRDR_CHAOS_CRASH_AT` names this process, it kills itself at that call of the file
 * system, as a power cut would. The services know nothing of it.
 */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { CRASH_AT, type CrashPoint } from './crash-points.js';

const text = process.env[CRASH_AT];
const point = text === undefined ? null : (JSON.parse(text) as CrashPoint);

if (point !== null && process.argv.some((word) => word.includes(point.process))) {
  const original = promises[point.call] as (...args: unknown[]) => Promise<unknown>;
  const hooked = async (...args: unknown[]): Promise<unknown> => {
    const isIt = args.some((arg) => typeof arg === 'string' && arg.includes(point.path));
    if (isIt && point.when === 'before') process.kill(process.pid, 'SIGKILL');
    const answer = await original(...args);
    if (isIt && point.when === 'after') process.kill(process.pid, 'SIGKILL');
    return answer;
  };
  Object.assign(promises, { [point.call]: hooked });
  syncBuiltinESMExports();
}
