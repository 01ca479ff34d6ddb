import { describe, expect, test } from '@jest/globals';
import { placePhases } from './timeline-data.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

describe('the timeline', () => {
  test('places each phase within its attempt; the one that runs ends now', () => {
    const placed = placePhases(
      [
        { attempt: 1, phase: 'loading bars', started_at: at(0), ended_at: at(1) },
        { attempt: 1, phase: 'training', started_at: at(1), ended_at: at(4) },
        { attempt: 2, phase: 'training', started_at: at(10), ended_at: null },
      ],
      Date.parse(at(20)),
    );
    expect(
      placed.map(({ from, share, durationMs, isRunning }) => [from, share, durationMs, isRunning]),
    ).toEqual([
      [0, 0.25, 1000, false],
      [0.25, 0.75, 3000, false],
      [0, 1, 10_000, true],
    ]);
  });

  test('has no negative duration if the clocks differ', () => {
    const [phase] = placePhases([{ attempt: 1, phase: 'training', started_at: at(5), ended_at: null }], 0);
    expect(phase).toMatchObject({ durationMs: 0, from: 0, share: 0 });
  });
});
