/**
 * Loaded into a service by `--import`. If `KTRDR_CHAOS_CRASH_AT` names this process, the process kills itself at the given file
 * system call, like a power cut. The services contain no code for this.
 */
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { CRASH_AT, type CrashOrder } from './crash-points.js';

const text = process.env[CRASH_AT];
const order = text === undefined ? null : (JSON.parse(text) as CrashOrder);

if (order !== null && process.argv.some((word) => word.includes(order.point.process))) {
  const { point, sign } = order;
  const original = promises[point.call] as (...args: unknown[]) => Promise<unknown>;
  const crash = (): void => {
    writeFileSync(sign, '');
    process.kill(process.pid, 'SIGKILL');
  };
  const hooked = async (...args: unknown[]): Promise<unknown> => {
    const isIt = args.some((arg) => typeof arg === 'string' && arg.includes(point.path));
    if (isIt && point.when === 'before') crash();
    const answer = await original(...args);
    if (isIt && point.when === 'after') crash();
    return answer;
  };
  Object.assign(promises, { [point.call]: hooked });
  syncBuiltinESMExports();
}
