import { RandomStream } from '@ktrdr/statistics';
import { CRASH_POINTS, type CrashPoint } from './crash-points.js';
import { DRAWN_MODES, type Mode } from './modes.js';
import type { PlannedTraining } from './training.js';

/** A disturbance. `ms` is its duration. `of` selects a training or host, modulo their number. */
export type Fault =
  /** SIGKILL, and a restart after `ms`. */
  | { kind: 'kill api'; ms: number }
  | { kind: 'kill host'; of: number; ms: number }
  /** SIGTERM, and a restart after `ms`. */
  | { kind: 'end api'; ms: number }
  | { kind: 'end host'; of: number; ms: number }
  /** SIGSTOP, and SIGCONT after `ms`. */
  | { kind: 'stop api' | 'stop trainer'; ms: number }
  | { kind: 'stop host'; of: number; ms: number }
  | { kind: 'kill trainer' }
  /** The API or the host restarts; it or its trainer then kills itself at a step of a durable write, and the service restarts. */
  | { kind: 'crash'; point: CrashPoint }
  /** The link between the API and its host or queue is cut or delayed. */
  | { kind: 'cut link' | 'delay link'; ms: number }
  /** The link between a host and the queue is cut or delayed. */
  | { kind: 'cut host' | 'delay host'; of: number; ms: number }
  /** The disk of the state folders is full for `ms`. With `kill api`, the API is killed while the disk is full, then restarted. */
  | { kind: 'full disk' | 'full disk, kill api'; ms: number }
  /** A request of a user. */
  | { kind: 'cancel' | 'resume'; of: number };

export interface Plan {
  seed: number;
  mode: Mode;
  onInterrupt: 'fail' | 'resume';
  trainings: PlannedTraining[];
  /** In order of execution. `after` is the pause since the previous fault, ms. */
  faults: (Fault & { after: number })[];
}

/** Seeds of the trainings. There are few, because each needs an undisturbed run for its expected model. */
const TRAINING_SEEDS = [1, 2, 3];
const MOST_FAULTS = 6;

/** Derives the plan of a run from its seed. The same seed gives the same plan. */
export function makePlan(seed: number, mode: Mode | null): Plan {
  const random = RandomStream.derive(seed, 'chaos');
  const upTo = (most: number) => Math.floor(random.uniform() * (most + 1));
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length - 1)] as T;
  // always drawn, so that repeating a run with --mode gives the same plan
  const drawn = oneOf(DRAWN_MODES);
  const chosen = mode ?? drawn;
  const seeds = TRAINING_SEEDS.slice(0, 1 + upTo(TRAINING_SEEDS.length - 1));
  // each run has both kinds, if it has two trainings
  const trainings = seeds.map((seed, index) => ({ seed, hasMembers: index % 2 === 0 }));
  const faults: Plan['faults'] = [];
  const count = 2 + upTo(MOST_FAULTS - 2);
  while (faults.length < count) faults.push({ ...oneFault(chosen), after: upTo(2500) });
  return { seed, mode: chosen, onInterrupt: oneOf(['fail', 'resume']), trainings, faults };

  function oneFault(of: Mode): Fault {
    const everywhere: Fault[] = [
      { kind: 'kill api', ms: upTo(2500) },
      { kind: 'kill api', ms: 0 },
      { kind: 'end api', ms: upTo(500) },
      { kind: 'stop api', ms: upTo(3000) },
      { kind: 'kill trainer' },
      { kind: 'stop trainer', ms: upTo(2000) },
      { kind: 'crash', point: oneOf(CRASH_POINTS[of]) },
      { kind: 'cancel', of: upTo(2) },
      { kind: 'resume', of: upTo(2) },
      { kind: 'full disk', ms: upTo(3000) },
      { kind: 'full disk, kill api', ms: upTo(2000) },
    ];
    const hosts: Fault[] = [
      { kind: 'kill host', of: upTo(1), ms: upTo(2500) },
      { kind: 'end host', of: upTo(1), ms: upTo(500) },
      { kind: 'stop host', of: upTo(1), ms: upTo(3000) },
      { kind: 'cut link', ms: upTo(3000) },
      { kind: 'delay link', ms: upTo(3000) },
    ];
    const queue: Fault[] = [
      ...hosts,
      { kind: 'cut host', of: upTo(1), ms: upTo(3000) },
      { kind: 'delay host', of: upTo(1), ms: upTo(3000) },
    ];
    const only: Record<Mode, Fault[]> = { local: [], host: hosts, queue, 'queue-on-postgres': queue };
    return oneOf([...everywhere, ...only[of]]);
  }
}
