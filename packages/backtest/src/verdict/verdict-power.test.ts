import { describe, expect, test } from '@jest/globals';
import type { AccuracyComparison } from '@ktrdr/contracts';
import { compareWithBest, normalQuantile, RandomStream, type RivalDifference } from '@ktrdr/statistics';
import { leastRows, verdictPower } from './verdict-power.js';

type Compared = Pick<AccuracyComparison, 'measure' | 'baseline' | 'better'>;
const ALIKE: Compared = { measure: 'accuracy', baseline: 0.56, better: 'not_distinguishable' };
const ERROR: Compared = { ...ALIKE, measure: 'mean_absolute_error', baseline: 0.02 };
/** Rows for one standard error per edge: the quantiles of 97.5 % and of 80 %, squared. */
const ONE_BASELINE = (1.959964 + 0.841621) ** 2;

const DRAWS = 20_000;
/** A difference with normal errors, as the bootstrap draws them. */
function rival(name: string, standardError: number, mean = 0.01): RivalDifference {
  const random = RandomStream.derive(1, name);
  const errors = Float64Array.from(
    { length: DRAWS },
    () => standardError * normalQuantile((random.nextUint32() + 0.5) * 2 ** -32),
  );
  return { mean, errors };
}
const rowsNeeded = (compared: Compared, rivals: RivalDifference[], rows: number, fewestRows = 4): number =>
  verdictPower(compared, { rivals, fewestRows }, rows).rows_needed!;

describe('the rows needed', () => {
  test('to beat one baseline follow from the standard error', () => {
    // a difference of 5 points is 2.8 standard errors at 3,140 rows if it has 1 at 400 rows
    const accurate = rowsNeeded(ALIKE, [rival('one', 0.05)], 400);
    expect(accurate / (400 * ONE_BASELINE)).toBeCloseTo(1, 1.3);
    const error = rowsNeeded(ERROR, [rival('one', 0.0004)], 20_000);
    expect(error / (20_000 * ONE_BASELINE)).toBeCloseTo(1, 1.3);
  });

  test('are more for two equal baselines, and no more for one that is clearly weaker', () => {
    const one = rival('one', 0.05);
    const [equal, weaker] = [0.02, 0.5].map((mean) =>
      rowsNeeded(ALIKE, [one, rival('two', 0.05, mean)], 400),
    );
    // each of two independent differences must be found in the root of 80 % of the cases
    const two = (1.959964 + normalQuantile(Math.sqrt(0.8))) ** 2;
    expect(equal! / (400 * two)).toBeCloseTo(1, 1.3);
    expect(weaker).toBe(rowsNeeded(ALIKE, [one], 400));
  });

  test('are not few for a model that copies the baseline or is worse', () => {
    const copied = rival('one', 0);
    expect([leastRows('accuracy'), leastRows('mean_absolute_error')]).toEqual([150, 1_233]);
    expect(rowsNeeded(ALIKE, [copied], 30)).toBeCloseTo(150, -1);
    expect(rowsNeeded({ ...ALIKE, better: 'worse' }, [rival('one', 0.5)], 30)).toBeCloseTo(150, -1);
    expect(rowsNeeded(ERROR, [copied], 30) / 1_233).toBeCloseTo(1, 1.3);
    // a few draws may not make them less than any model needs
    const few = { mean: 0.01, errors: copied.errors.slice(0, 3) };
    expect(rowsNeeded(ALIKE, [few], 30)).toBeGreaterThanOrEqual(150);
    // the other baseline is right in other rows than the first
    expect(rowsNeeded(ALIKE, [copied, rival('two', 0.05)], 400)).toBeGreaterThan(3_000);
  });

  test('are enough to distinguish anything at all, and unknown if the baseline makes no errors', () => {
    expect(rowsNeeded(ALIKE, [rival('one', 0)], 30, 900)).toBe(900);
    expect(
      verdictPower({ ...ERROR, baseline: 0 }, { rivals: [rival('one', 0)], fewestRows: 4 }, 30).rows_needed,
    ).toBeNull();
  });

  // [chances of the baselines to be right in a disputed row, rows at first, largest share found without chance]
  test.each<[string, number[], number, number]>([
    ['one baseline', [0.4], 300, 0.8],
    ['four equal baselines', [0.4, 0.4, 0.4, 0.4], 300, 0.8],
    ['a weak baseline', [0.4, 0.1], 600, 0.8],
    // it counts as equally good
    ['a baseline that is weaker, but not clearly', [0.4, 0.35], 300, 0.9],
  ])('find an edge of 5 points over %s in four of five cases', (name, chances, rows, most) => {
    const random = RandomStream.derive(11, name);
    /** The model and the baselines differ in a fifth of the rows; there, the model is right more often by 25 points. */
    const compared = (length: number) => {
      const series = chances.map(() => new Float64Array(length));
      for (let row = 0; row < length; row += 1) {
        if (random.uniform() > 0.2) continue;
        const model = random.uniform() < 0.65 ? 1 : 0;
        chances.forEach((chance, k) => (series[k]![row] = model - (random.uniform() < chance ? 1 : 0)));
      }
      return compareWithBest(series, { leastBlockLength: 1, draws: 400, random });
    };
    const CASES = 300;
    let found = 0;
    for (let index = 0; index < CASES; index += 1) {
      const { rivals, interval } = compared(rows);
      const better = interval[0] > 0 ? 'better' : 'not_distinguishable';
      if (compared(rowsNeeded({ ...ALIKE, better }, rivals, rows)).interval[0] > 0) found += 1;
    }
    // 3.3 standard errors of a share of 300 cases: one of a thousand samples is farther away
    const tolerance = 3.3 * Math.sqrt((0.8 * 0.2) / CASES);
    expect(found / CASES).toBeGreaterThan(0.8 - tolerance);
    expect(found / CASES).toBeLessThan(most + tolerance);
  });
});

test('the trades needed are 99', () => {
  expect(verdictPower(ALIKE, { rivals: [rival('one', 0.05)], fewestRows: 4 }, 400).trades_needed).toBe(99);
});
