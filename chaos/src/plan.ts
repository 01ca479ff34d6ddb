import { RandomStream } from '@ktrdr/trainer';
import { CRASH_POINTS, type CrashPoint } from './crash-points.js';
import { MODES, type Mode } from './modes.js';

/** What is done to the world. `ms`: how long it lasts. `of`: which training or host; there may be fewer. */
export type Fault =
  /** `kill -9`; started again after `ms`. */
  | { kind: 'kill api'; ms: number }
  | { kind: 'kill host'; of: number; ms: number }
  /** SIGTERM; started again after `ms`. */
  | { kind: 'end api'; ms: number }
  | { kind: 'end host'; of: number; ms: number }
  /** SIGSTOP, and SIGCONT after `ms`. */
  | { kind: 'stop api' | 'stop trainer'; ms: number }
  | { kind: 'stop host'; of: number; ms: number }
  | { kind: 'kill trainer' }
  /** The API, or what trains, is started anew and kills itself at a point of a durable write; then it is started again. */
  | { kind: 'crash'; point: CrashPoint }
  /** Between the API and its host or queue: nothing gets through, or only late. */
  | { kind: 'cut link' | 'delay link'; ms: number }
  /** Between a host and the queue. */
  | { kind: 'cut host' | 'delay host'; of: number; ms: number }
  /** Nothing more fits on the disk of the state folders; after `ms` there is room again, or the API dies of it first. */
  | { kind: 'full disk' | 'full disk, kill api'; ms: number }
  /** A person's doing. */
  | { kind: 'cancel' | 'resume'; of: number };

export interface Plan {
  seed: number;
  mode: Mode;
  onInterrupt: 'fail' | 'resume';
  /** Seeds of the trainings. */
  trainings: number[];
  /** In order; `after`: ms since the one before. */
  faults: (Fault & { after: number })[];
}

/** Seeds of trainings: few, so that the model of each is known from an undisturbed run. */
const TRAINING_SEEDS = [1, 2, 3];
const MOST_FAULTS = 6;

/** What happens in the run of a seed; the same seed gives the same plan. */
export function makePlan(seed: number, mode: Mode | null): Plan {
  const random = RandomStream.derive(seed, 'chaos');
  const upTo = (most: number) => Math.floor(random.uniform() * (most + 1));
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length - 1)] as T;
  // drawn in any case, so that a run that is repeated with its mode is the same run
  const drawn = oneOf(MODES);
  const chosen = mode ?? drawn;
  const trainings = TRAINING_SEEDS.slice(0, 1 + upTo(TRAINING_SEEDS.length - 1));
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
    const only: Record<Mode, Fault[]> = {
      local: [],
      host: hosts,
      queue: [
        ...hosts,
        { kind: 'cut host', of: upTo(1), ms: upTo(3000) },
        { kind: 'delay host', of: upTo(1), ms: upTo(3000) },
      ],
    };
    return oneOf([...everywhere, ...only[of]]);
  }
}
