import type { TimelinePhase } from '@ktrdr/contracts';

/** One phase with its place in its attempt. */
export interface PlacedPhase {
  attempt: number;
  phase: string;
  isRunning: boolean;
  startedAt: string;
  durationMs: number;
  /** Start and width within the attempt, 0..1. */
  from: number;
  share: number;
}

/** Phases of all attempts, each placed within its own. @param now by the API's clock, ms since 1970 */
export function placePhases(phases: readonly TimelinePhase[], now: number): PlacedPhase[] {
  const spans = new Map<number, { start: number; end: number }>();
  const timed = phases.map((phase) => {
    const start = Date.parse(phase.started_at);
    const end = Math.max(start, phase.ended_at === null ? now : Date.parse(phase.ended_at));
    const span = spans.get(phase.attempt) ?? { start, end };
    spans.set(phase.attempt, { start: Math.min(span.start, start), end: Math.max(span.end, end) });
    return { phase, start, end };
  });
  return timed.map(({ phase, start, end }) => {
    const span = spans.get(phase.attempt) ?? { start, end };
    const whole = span.end - span.start || 1;
    return {
      attempt: phase.attempt,
      phase: phase.phase,
      isRunning: phase.ended_at === null,
      startedAt: phase.started_at,
      durationMs: end - start,
      from: (start - span.start) / whole,
      share: (end - start) / whole,
    };
  });
}
