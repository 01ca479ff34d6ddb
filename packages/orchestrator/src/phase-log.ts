import {
  isTerminalStatus,
  MOST_TIMELINE_PHASES,
  type Operation,
  type OperationHistoryEntry,
  type TimelinePhase,
} from '@ktrdr/contracts';

/** Phases that are kept from the beginning when there are too many. */
const FIRST_KEPT = MOST_TIMELINE_PHASES / 2;

/** The phases of one operation. The last one has no end until the next one begins. */
export class PhaseLog {
  private all: readonly TimelinePhase[];
  private changed = false;

  /** @param stored in order */
  constructor(
    stored: readonly TimelinePhase[],
    private readonly attempt: number,
  ) {
    this.all = stored;
  }

  get list(): readonly TimelinePhase[] {
    return this.all;
  }

  /** @param at ISO 8601 */
  enter(phase: string, at: string): void {
    const name = nameOf(phase);
    const last = this.all.at(-1);
    const runs = last !== undefined && last.attempt === this.attempt && last.ended_at === null;
    if (runs && last.phase === name) return;
    const before = runs ? [...this.all.slice(0, -1), { ...last, ended_at: at }] : this.all;
    const all = [...before, { attempt: this.attempt, phase: name, started_at: at, ended_at: null }];
    const surplus = all.length - MOST_TIMELINE_PHASES;
    this.all = surplus > 0 ? all.toSpliced(FIRST_KEPT, surplus) : all;
    this.changed = true;
  }

  /** The phases, if the store lacks any; else `null`. */
  unstored(): readonly TimelinePhase[] | null {
    return this.changed ? this.all : null;
  }

  /** The store has these phases. */
  wasStored(phases: readonly TimelinePhase[]): void {
    if (phases === this.all) this.changed = false;
  }
}

/** `waiting for a free slot: 3 ahead` -> `waiting for a free slot` */
function nameOf(phase: string): string {
  return /^.+?(?=: | \[| \(|$)/s.exec(phase)?.[0] ?? phase;
}

/** Stored phases with the ends that nobody stored: an attempt that has ended runs in no phase, even if its process crashed. */
export function endedPhases(
  phases: readonly TimelinePhase[],
  { attempt, status, completed_at }: Operation,
  history: readonly OperationHistoryEntry[],
): TimelinePhase[] {
  const endOf = (ended: number): string | null => {
    if (ended === attempt) return isTerminalStatus(status) ? completed_at : null;
    return history.findLast((entry) => entry.attempt === ended)?.at ?? null;
  };
  return phases.map((phase) => {
    if (phase.ended_at !== null) return phase;
    const end = endOf(phase.attempt);
    return { ...phase, ended_at: end !== null && end < phase.started_at ? phase.started_at : end };
  });
}
