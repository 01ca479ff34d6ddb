import { totalmem } from 'node:os';

/** Share of the machine's memory that trainings may use. */
const SHARE = 0.8;
const MB = 2 ** 20;

/** Default memory of all trainings of a machine, MB: a share of what the machine, or the container, has. */
export function defaultTrainingMemoryMb(): number {
  const machine = totalmem();
  const constrained = process.constrainedMemory();
  // without a limit, it is 0 or a number far above the machine's memory
  const usable = constrained > 0 ? Math.min(machine, constrained) : machine;
  return Math.floor((usable * SHARE) / MB);
}
