/**
 * Tests the estimated time left with recorded progress of real trainings. They were recorded on a busy machine with two
 * cores.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { TrainingPhase } from '@ktrdr/contracts';
import { FakeOperationContext } from '@ktrdr/orchestrator/testing';
import { trainingSteps } from './training-progress.js';

interface RecordedTraining {
  folds: number;
  /** Time in ms since the start, phase, completed fraction of the phase. The last entry is the end. */
  reports: [at: number, phase: TrainingPhase | 'end', fraction: number | null][];
}
interface Look {
  at: number;
  phase: string;
  /** In seconds: the estimate and the true value. */
  eta: number | null;
  truth: number;
  percentage: number;
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recorded-trainings.json'), 'utf8'),
) as Record<string, RecordedTraining>;
const LOOK_MS = 250;

/** What a user sees every 250 ms while updates arrive. */
function replay({ folds, reports }: RecordedTraining, slower: number): Look[] {
  const context = new FakeOperationContext({ steps: trainingSteps(folds) });
  const { clock } = context;
  const began = clock.monotonic();
  const end = reports.at(-1)![0] * slower;
  const looks: Look[] = [];
  let next = 0;
  let phase: string = 'starting';
  for (let at = LOOK_MS; at < end; at += LOOK_MS) {
    while (reports[next]![0] * slower <= at) {
      const [, step, fraction] = reports[next++]!;
      clock.skip(began + reports[next - 1]![0] * slower - clock.monotonic());
      context.progress.update({ step, stepFraction: fraction ?? undefined });
      phase = step;
    }
    clock.skip(began + at - clock.monotonic());
    const { eta_seconds: eta, percentage } = context.snapshot();
    looks.push({ at, phase, eta, truth: (end - at) / 1000, percentage });
  }
  return looks;
}

describe.each(Object.entries(recorded))('%s', (_name, training) => {
  describe.each([1, 5])('%s times as slow', (slower) => {
    const looks = replay(training, slower);
    // the first batch prepares the engine, then one second of training is observed
    const known = (training.reports.find(([, phase]) => phase === 'training')![0] + 2250) * slower;
    const total = training.reports.at(-1)![0] * slower;

    // the display has whole seconds, and the last phases send no updates
    const slack = 1 + total / 50_000;

    test('is known once the training has begun, within a factor of two of the true value', () => {
      const wrong = looks
        .filter(({ at }) => at > Math.max(known, total / 10))
        .filter(({ eta, truth }) => eta === null || eta > 2 * truth + slack || eta < truth / 2 - slack);
      expect(wrong).toEqual([]);
    });

    test('does not jump when the phase changes', () => {
      const jumps = looks.slice(1).flatMap((look, index) => {
        const before = looks[index]!;
        if (look.phase === before.phase || look.at < known) return [];
        const [low, high] = [look.eta ?? -1, before.eta ?? -1].toSorted((a, b) => a - b) as [number, number];
        return high <= low * 1.5 + 1.5 ? [] : [[before, look]];
      });
      expect(jumps).toEqual([]);
    });

    test('has a percentage that only grows and stays below 100', () => {
      const shown = looks.map(({ percentage }) => percentage);
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      expect(shown.at(-1)).toBeLessThan(100);
    });
  });
});
