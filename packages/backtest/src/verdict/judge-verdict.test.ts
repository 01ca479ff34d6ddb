import { describe, expect, test } from '@jest/globals';
import type { AccuracyComparison, Verdict } from '@ktrdr/contracts';
import { judgeVerdict, type VerdictEvidence } from './judge-verdict.js';

const ACCURATE: AccuracyComparison = {
  measure: 'accuracy',
  model: 0.6,
  standard_error: 0.01,
  best_baseline: 'last_label',
  baseline: 0.56,
  difference: 0.04,
  interval: [0.011, 0.069],
  p_value: 0.004,
  better: 'better',
};
const ALIKE: AccuracyComparison = {
  ...ACCURATE,
  difference: 0.007,
  interval: [-0.011, 0.024],
  p_value: 0.2,
  better: 'not_distinguishable',
};
const WORSE: AccuracyComparison = {
  ...ACCURATE,
  difference: -0.04,
  interval: [-0.06, -0.01],
  better: 'worse',
};

const EARNED: NonNullable<VerdictEvidence['money']> = {
  net_return: 0.31,
  sharpe: 2.4,
  sharpe_interval: [0.5, 4],
  random_entries_p_value: 0.01,
  moments: { sharpe: 0.1, observations: 735, skewness: 0, kurtosis: 3 },
  buy_and_hold_return: 0.38,
  break_even_cost_bps: 40,
};
const LUCKY = { ...EARNED, random_entries_p_value: 0.33 };

const EVIDENCE: VerdictEvidence = {
  rows: 735,
  trades: 120,
  seeds: 1,
  source: 'test_part',
  accuracy: ACCURATE,
  simpler_model: {
    name: 'logistic_regression',
    score: 0.59,
    difference: 0.01,
    interval: [-0.011, 0.024],
    better: 'not_distinguishable',
  },
  money: EARNED,
  power: { accuracy_difference: 0.05, trade_edge: 0.25, rows_needed: 700, trades_needed: 99 },
};

const judge = (evidence: Partial<VerdictEvidence>, trials = { count: 1, variance: 0 }): Verdict =>
  judgeVerdict({ ...EVIDENCE, ...evidence }, trials);
const lessData = { power: { ...EVIDENCE.power, rows_needed: 2100 } };

describe('the answer', () => {
  test.each<[Verdict['label'], string, Partial<VerdictEvidence>]>([
    ['edge', 'accuracy and money say so', {}],
    ['edge', 'both say so, in spite of little data', { ...lessData, trades: 20 }],
    ['no_edge', 'money alone says so', { accuracy: ALIKE }],
    ['no_edge', 'accuracy alone says so', { money: LUCKY }],
    [
      'no_edge',
      'random entries say so and the deflated Sharpe ratio does not',
      {
        money: { ...EARNED, moments: { ...EARNED.moments!, sharpe: 0.05 } },
      },
    ],
    [
      'no_edge',
      'the model makes no trades',
      {
        trades: 0,
        money: { ...EARNED, random_entries_p_value: null, moments: null, sharpe: null },
      },
    ],
    ['no_edge', 'the labels are not decisions', { money: null, trades: 0 }],
    [
      'no_edge',
      'the model is worse than a baseline, regardless of the trades',
      { accuracy: WORSE, trades: 3 },
    ],
    [
      'no_edge',
      'the model is worse than a baseline, on 150 rows',
      { ...lessData, accuracy: WORSE, rows: 150 },
    ],
    [
      'too_little_data',
      'the model is worse than a baseline, on so few rows that nothing is found',
      { ...lessData, accuracy: WORSE, rows: 149 },
    ],
    ['too_little_data', 'there are too few rows', { ...lessData, accuracy: ALIKE }],
    ['too_little_data', 'there are too few trades', { money: LUCKY, trades: 61 }],
    [
      'too_little_data',
      'the number of rows needed is unknown',
      {
        accuracy: ALIKE,
        power: { ...EVIDENCE.power, rows_needed: null },
      },
    ],
    ['no_edge', 'the accuracy is clear, and there are enough trades', { ...lessData, money: LUCKY }],
  ])('is %s if %s', (label, _, evidence) => {
    const verdict = judge(evidence);
    expect(verdict.label).toBe(label);
    const headline = {
      edge: /^Edge found: /,
      no_edge: /^No edge found: /,
      too_little_data: /^Too little data to tell: /,
    };
    expect(verdict.reasons[0]).toMatch(headline[label]);
    if (label !== 'edge') expect(verdict.reasons.join(' ')).not.toMatch(/Edge found/);
    expect(verdict.reasons.join(' ')).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('needs more from money the more trainings were judged on the same bars, and can be judged again from itself', () => {
    const first = judge({});
    const later = judgeVerdict(first, { count: 200, variance: 0.002 });
    expect(first).toMatchObject({ label: 'edge', trials_on_these_bars: 1, alpha: 0.05 });
    expect(later).toMatchObject({ label: 'no_edge', trials_on_these_bars: 200 });
    expect(later.money!.deflated_sharpe!).toBeLessThan(first.money!.deflated_sharpe!);
    expect(later.reasons.join(' ')).toContain(
      '200 different trainings and backtests were judged on these bars',
    );
    expect(judgeVerdict(later, { count: 1, variance: 0 })).toEqual(first);
  });

  test('does not depend on the simpler model, which has its own sentence', () => {
    const simpler: Verdict['simpler_model'] = {
      ...EVIDENCE.simpler_model,
      difference: 0.02,
      interval: [0.01, 0.03],
      better: 'better',
    };
    for (const accuracy of [ACCURATE, ALIKE]) {
      const [with_, without] = [judge({ accuracy, simpler_model: simpler }), judge({ accuracy })];
      expect(with_.label).toBe(without.label);
      expect(with_.reasons).toContain(
        'The network is worth it: it is better than logistic regression on the same features (difference 2.0 points, 95 % interval 1.0 to 3.0).',
      );
    }
  });
});

test('the sentences say what was measured, and never "better" where the interval contains 0', () => {
  expect(judge({ accuracy: ALIKE, money: LUCKY, trades: 61 }).reasons).toEqual([
    'Too little data to tell: 61 trades where about 99 are needed.',
    'The model is not distinguishable from the best baseline (difference 0.7 points, 95 % interval -1.1 to 2.4, 735 rows): last label, 56.0 %.',
    expect.stringMatching(
      /^After costs the model earned 31\.0 % with 61 trades; buy and hold earned 38\.0 %\. 33\.0 % of random entries earned at least as much \(below 5\.0 % is more than luck\), and the deflated Sharpe ratio is 0\.99\d \(above 0\.95 is more than luck\)\.$/,
    ),
    'To be found in four of five cases, an edge of 5 points of accuracy takes about 700 rows; a mean trade of 0.25 standard deviations takes about 99 trades.',
    'The network is not distinguishable from logistic regression on the same features (difference 1.0 points, 95 % interval -1.1 to 2.4).',
    'Only one seed was trained: another seed can give another answer.',
  ]);
});

test('a loss is called a loss', () => {
  const lost = { ...LUCKY, net_return: -0.438, buy_and_hold_return: -0.05 };
  const { reasons } = judge({ accuracy: ALIKE, money: lost });
  expect(reasons[0]).toBe(
    'No edge found: the model is not distinguishable from the best baseline, and its trades lost 43.8 % after costs (735 rows, 120 trades, on bars that the model has not seen).',
  );
  expect(reasons[2]).toMatch(
    /^After costs the model lost 43\.8 % with 120 trades; buy and hold lost 5\.0 %\. /,
  );
  expect(reasons.join(' ')).not.toMatch(/profit|earned -/);
});
