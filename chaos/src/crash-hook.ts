/**
 * Loaded into a service by `--import`: where `KTRDR_CHAOS_CRASH_AT` names this process, it kills itself at that call of the file
 * system, as a power cut would. The services know nothing of it.
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
