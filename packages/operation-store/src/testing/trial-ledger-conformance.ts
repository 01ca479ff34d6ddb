import assert from 'node:assert/strict';
import type { Trial, TrialLedger } from '../trial-ledger.js';

/** Creates an empty ledger; `close` releases its resources. */
export type TrialLedgerFactory = () => Promise<{ trials: TrialLedger; close?: () => Promise<void> }>;

const DAY_MS = 86_400_000;

function trial(key: string, sharpe: number | null, other: Partial<Trial> = {}): Trial {
  return {
    key,
    bars: ['a'.repeat(64)],
    start: 100 * DAY_MS,
    end: 200 * DAY_MS,
    sharpe,
    recordedAt: '2026-01-05T10:00:00.000Z',
    ...other,
  };
}

/** Requirements for every `TrialLedger`. Each case gets its own ledger. */
export function trialLedgerConformance(factory: TrialLedgerFactory) {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const { trials, close } = await factory();
      try {
        await check(trials);
      } finally {
        await close?.();
      }
    },
  }));
}

const CASES: Record<string, (trials: TrialLedger) => Promise<void>> = {
  'the first trial on bars sees itself': async (trials) => {
    assert.deepEqual(await trials.record(trial('one', 0.05)), [0.05]);
  },

  'trials are returned exactly, in the order of recording': async (trials) => {
    const sharpes = [0.1 + 0.2, null, -1e-9, 0, 1 / 3];
    for (const [index, sharpe] of sharpes.entries()) await trials.record(trial(`trial ${index}`, sharpe));
    assert.deepEqual(await trials.record(trial('last', -0.5)), [...sharpes, -0.5]);
  },

  'a trial with a known key counts once, and keeps its first result': async (trials) => {
    await trials.record(trial('one', 0.05));
    assert.deepEqual(await trials.record(trial('one', 0.7)), [0.05]);
    await trials.record(trial('two', 0.01));
    assert.deepEqual(await trials.record(trial('one', 0.05)), [0.05, 0.01]);
  },

  'a trial on other bars does not count, one that shares a file does, once': async (trials) => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
    await trials.record(trial('of a', 0.1, { bars: [a] }));
    assert.deepEqual(await trials.record(trial('of b', 0.2, { bars: [b] })), [0.2]);
    assert.deepEqual(await trials.record(trial('of a, b', 0.3, { bars: [a, b] })), [0.1, 0.2, 0.3]);
    assert.deepEqual(await trials.record(trial('of b, c', 0.4, { bars: [b, c, b] })), [0.2, 0.3, 0.4]);
    assert.deepEqual(await trials.record(trial('of c', 0.5, { bars: [c] })), [0.4, 0.5]);
  },

  'a trial counts if its test part overlaps, by one bar or more': async (trials) => {
    await trials.record(trial('before', 0.1, { start: 10 * DAY_MS, end: 99 * DAY_MS }));
    await trials.record(trial('up to the first bar', 0.2, { start: 10 * DAY_MS, end: 100 * DAY_MS }));
    await trials.record(trial('inside', 0.3, { start: 120 * DAY_MS, end: 130 * DAY_MS }));
    await trials.record(trial('around', 0.4, { start: -500 * DAY_MS, end: 30_000 * DAY_MS }));
    await trials.record(trial('after', 0.5, { start: 201 * DAY_MS, end: 300 * DAY_MS }));
    assert.deepEqual(await trials.record(trial('this', 0.6)), [0.2, 0.3, 0.4, 0.6]);
  },

  'reading records nothing': async (trials) => {
    const { bars, start, end } = trial('one', 0.1);
    assert.deepEqual(await trials.read({ bars, start, end }), []);
    await trials.record(trial('one', 0.1));
    await trials.record(trial('idle', null));
    assert.deepEqual(await trials.read({ bars, start: end, end: end + DAY_MS }), [0.1, null]);
    assert.deepEqual(await trials.read({ bars, start: end + 1, end: end + DAY_MS }), []);
    assert.deepEqual(await trials.read({ bars: ['b'.repeat(64)], start, end }), []);
    assert.equal((await trials.record(trial('two', 0.2))).length, 3);
  },

  'trials that are recorded at the same time all count, and each key once': async (trials) => {
    const keys = Array.from({ length: 20 }, (_, index) => `trial ${index % 10}`);
    const seen = await Promise.all(keys.map((key) => trials.record(trial(key, 0.1))));
    assert.equal(Math.max(...seen.map(({ length }) => length)), 10);
    assert.equal((await trials.record(trial('trial 0', 0.1))).length, 10);
  },
};
