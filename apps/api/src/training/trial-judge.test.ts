import { beforeEach, expect, test } from '@jest/globals';
import { KtrdrError, type TrainingResult, type TrainingSpec, type Verdict } from '@ktrdr/contracts';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { TrialJudge } from './trial-judge.js';

const VERDICT: Verdict = {
  label: 'edge',
  alpha: 0.05,
  rows: 2000,
  trades: 400,
  trials_on_these_bars: 1,
  seeds: 1,
  source: 'test_part',
  accuracy: {
    measure: 'accuracy',
    model: 0.6,
    standard_error: 0.01,
    best_baseline: 'majority_class',
    baseline: 0.5,
    difference: 0.1,
    interval: [0.05, 0.15],
    p_value: 0.001,
    better: 'better',
  },
  simpler_model: {
    name: 'logistic_regression',
    score: 0.6,
    difference: 0,
    interval: [-0.01, 0.01],
    better: 'not_distinguishable',
  },
  money: {
    net_return: 0.5,
    sharpe: 1.2,
    sharpe_interval: [0.3, 2],
    random_entries_p_value: 0.001,
    deflated_sharpe: 0.99,
    moments: { sharpe: 0.06, observations: 2000, skewness: 0, kurtosis: 3 },
    buy_and_hold_return: 0.1,
    break_even_cost_bps: 40,
  },
  power: { accuracy_difference: 0.05, trade_edge: 0.25, rows_needed: 500, trades_needed: 99 },
  reasons: ['Edge found.'],
};
const FINGERPRINTS = [
  { symbol: 'AAPL', timeframe: '1h', sha256: 'a'.repeat(64) },
  { symbol: 'AAPL', timeframe: '4h', sha256: 'b'.repeat(64) },
];
const SPEC: TrainingSpec = {
  strategy: 'name: one',
  strategy_file: 'one.yaml',
  seed: 1,
  dry_run: false,
  detailed_analytics: false,
  fingerprints: FINGERPRINTS,
};

let judge: TrialJudge;
beforeEach(() => {
  judge = new TrialJudge(new MemoryTrialLedger(), new FakeClock());
});

function result({ sharpe = 0.06, start = '2024-01-01', fingerprints = FINGERPRINTS } = {}): TrainingResult {
  const money = { ...VERDICT.money!, moments: { ...VERDICT.money!.moments!, sharpe } };
  return {
    verdict: { ...VERDICT, money },
    backtest: { start, end: '2024-06-30' },
    data_summary: { base_timeframe: '1h', fingerprints, start_date: '2020-01-01', end_date: '2024-06-30' },
  } as unknown as TrainingResult;
}

async function verdictOf(spec: Partial<TrainingSpec>, of: TrainingResult): Promise<Verdict> {
  const judged = await judge.judge({ ...SPEC, ...spec }, { result: of, warnings: [] });
  return judged.result.verdict!;
}

test('a training is judged among all trials on its bars, and an identical one counts once', async () => {
  const first = await verdictOf({}, result());
  expect(first).toMatchObject({ label: 'edge', trials_on_these_bars: 1 });
  expect(first.money!.deflated_sharpe).toBeGreaterThan(0.95);
  // neither the name of the file nor analytics make another trial
  expect(await verdictOf({ strategy_file: 'two.yaml', detailed_analytics: true }, result())).toEqual(first);
  const sharpes = [0.01, -0.04, 0.09, -0.02, 0.03];
  for (const [index, sharpe] of sharpes.entries())
    await verdictOf({ strategy: `name: other_${index}` }, result({ sharpe }));
  const last = await verdictOf({ seed: 2 }, result());
  expect(last).toMatchObject({ label: expect.not.stringMatching(/^edge$/), trials_on_these_bars: 7 });
  expect(last.money!.deflated_sharpe).toBeLessThan(first.money!.deflated_sharpe!);
});

test('trials on other bars, or on another span, do not count', async () => {
  await verdictOf({}, result());
  const other = [{ ...FINGERPRINTS[0]!, sha256: 'c'.repeat(64) }, FINGERPRINTS[1]!];
  expect((await verdictOf({ seed: 2 }, result({ fingerprints: other }))).trials_on_these_bars).toBe(1);
  const earlier = { ...result(), backtest: { start: '2022-01-01', end: '2022-12-31' } } as TrainingResult;
  expect((await verdictOf({ seed: 3 }, earlier)).trials_on_these_bars).toBe(1);
  // a day more or less is the same look at the bars
  expect((await verdictOf({ seed: 4 }, result({ start: '2024-01-02' }))).trials_on_these_bars).toBe(2);
});

test('a training without trades is a trial without a Sharpe ratio', async () => {
  const idle = { ...result(), verdict: { ...VERDICT, money: { ...VERDICT.money!, moments: null } } };
  expect(await verdictOf({}, idle)).toMatchObject({
    trials_on_these_bars: 1,
    money: { deflated_sharpe: null },
  });
  expect(await verdictOf({ seed: 2 }, result())).toMatchObject({ trials_on_these_bars: 2 });
});

test('a run that was not judged is no trial', async () => {
  for (const verdict of [null, undefined]) {
    const outcome = { result: { ...result(), verdict } as TrainingResult, warnings: [] };
    expect(await judge.judge(SPEC, outcome)).toBe(outcome);
  }
  expect(await verdictOf({ seed: 2 }, result())).toMatchObject({ trials_on_these_bars: 1 });
});

test('a store that is unavailable is waited for', async () => {
  const [trials, clock] = [new MemoryTrialLedger(), new FakeClock()];
  let refusals = 3;
  const flaky = {
    record: (trial: Parameters<typeof trials.record>[0]) => {
      if (refusals-- > 0) return Promise.reject(new KtrdrError('store_unavailable', 'away'));
      return trials.record(trial);
    },
    read: trials.read.bind(trials),
  };
  judge = new TrialJudge(flaky, clock);
  const judged = verdictOf({}, result());
  await clock.advance(10_000);
  expect(await judged).toMatchObject({ trials_on_these_bars: 1 });
});
