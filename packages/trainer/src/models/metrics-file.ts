import { count, listOf, number, orMissing, orNull, recordOf, type Shape, text } from '../files/shape.js';

const value = orMissing(orNull(number));

/** Each baseline by its name. */
const baselines: Shape = (content, place) => {
  const wrong = recordOf({})(content, place);
  if (wrong !== null) return wrong;
  for (const [name, baseline] of Object.entries(content as object)) {
    const problem = recordOf({ test_accuracy: number })(baseline, `${place}.${name}`);
    if (problem !== null) return problem;
  }
  return null;
};

const interval = listOf(number, 2);

const verdict = recordOf({
  source: text,
  rows: count,
  trades: count,
  trials_on_these_bars: count,
  accuracy: recordOf({
    measure: text,
    model: number,
    standard_error: value,
    baseline: number,
    difference: number,
    interval,
    p_value: number,
  }),
  simpler_model: recordOf({ score: number, difference: number, interval }),
  money: orNull(
    recordOf({
      net_return: number,
      buy_and_hold_return: number,
      sharpe: value,
      sharpe_interval: orNull(interval),
      deflated_sharpe: value,
      random_entries_p_value: value,
      break_even_cost_bps: value,
    }),
  ),
});

/** The parts of `metrics.json` that models are compared by. Earlier versions did not write all of them. */
const METRICS_SHAPE = recordOf({
  test_metrics: orMissing(
    orNull(
      recordOf({
        test_loss: value,
        test_accuracy: value,
        mae: value,
        precision: value,
        recall: value,
        f1_score: value,
        calibration: orMissing(orNull(recordOf({ log_loss: value }))),
      }),
    ),
  ),
  validation_metrics: orMissing(orNull(recordOf({ val_loss: value, val_accuracy: value }))),
  baselines: orMissing(orNull(baselines)),
  verdict: orMissing(orNull(verdict)),
});

/**
 * Checks the content of `metrics.json`.
 *
 * @throws Error whose message continues a sentence that begins with the file
 */
export function checkMetrics(content: Record<string, unknown>): void {
  const wrong = METRICS_SHAPE(content, '');
  if (wrong !== null) throw new Error(`does not hold the metrics of a model: "${wrong}" is invalid`);
}
