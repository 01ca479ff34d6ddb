import { totalmem } from 'node:os';
import type { TrainingLimits } from './training-budget.js';

/** Share of the machine's memory that trainings may use. */
const SHARE = 0.8;
const MB = 2 ** 20;

/** Default memory of all trainings of a machine, MB: a share of what the machine, or the container, has. */
function defaultTrainingMemoryMb(): number {
  const machine = totalmem();
  const constrained = process.constrainedMemory();
  // without a limit, it is 0 or a number far above the machine's memory
  const usable = constrained > 0 ? Math.min(machine, constrained) : machine;
  return Math.floor((usable * SHARE) / MB);
}

/** Reads whole numbers from the settings of a service. */
interface IntegerReader {
  integer(name: string, fallback: number, bounds: { min: number; max: number }): number;
}

/** The settings that limit the trainings of this machine, the same for both services. */
export function readTrainingLimits(read: IntegerReader, mostAtOnce: number): TrainingLimits {
  return {
    mostAtOnce,
    memoryMb: read.integer('TRAINING_MAX_MEMORY_MB', defaultTrainingMemoryMb(), {
      min: 128,
      max: 100_000_000,
    }),
    hours: read.integer('TRAINING_MAX_HOURS', 168, { min: 0, max: 1_000_000 }),
  };
}
