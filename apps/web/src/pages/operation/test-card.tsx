import { baselineTitle, bestUninformed, type TrainingResult } from '@ktrdr/contracts';
import { CalibrationChart } from '../../charts/calibration-chart.js';
import { ConfusionTable } from '../../charts/confusion-table.js';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { formatMetric, formatNumber, formatPercent } from '../../format/numbers.js';

/** How the model does on the test part: beside simple predictors, per class, per symbol, and how true its probabilities are. */
export function TestCard({ result }: { result: TrainingResult }) {
  const { test_metrics: test, baselines, artifacts } = result;
  if (test === null) return null;
  const isRegression = test.mae !== null;
  const symbols = artifacts.per_symbol_metrics;
  return (
    <section class="card" id="test" aria-labelledby="test-title">
      <h2 id="test-title">Test part</h2>
      <div class="stack">
        <Figures
          figures={[
            [isRegression ? 'Correct directions' : 'Accuracy', formatPercent(test.test_accuracy)],
            ['Loss', formatMetric(test.test_loss)],
            ...(isRegression ? [['Mean absolute error', formatMetric(test.mae)] as const] : []),
            ...(isRegression ? [] : [['F1', formatNumber(test.f1_score, 3)] as const]),
            ['Rows', formatNumber(result.data_summary.test_samples)],
          ]}
        />
        <div class="grid">
          {test.confusion_matrix.length > 0 && (
            <div>
              <h3>Confusion matrix</h3>
              <ConfusionTable classes={test.classes} matrix={test.confusion_matrix} />
            </div>
          )}
          {test.per_class.length > 0 && (
            <div>
              <h3>Per class</h3>
              <DataTable
                label="Test metrics of each class"
                rows={test.per_class}
                columns={[
                  { title: 'Class', cell: ({ label }) => label },
                  { title: 'Precision', isNumber: true, cell: ({ precision }) => formatPercent(precision) },
                  { title: 'Recall', isNumber: true, cell: ({ recall }) => formatPercent(recall) },
                  { title: 'F1', isNumber: true, cell: ({ f1 }) => formatNumber(f1, 3) },
                  { title: 'Rows', isNumber: true, cell: ({ support }) => formatNumber(support) },
                ]}
              />
            </div>
          )}
          {baselines !== null && (
            <div>
              <h3>Beside simple predictors</h3>
              <DataTable
                label="Simple predictors on the test part"
                rows={[
                  { name: 'this model', accuracy: test.test_accuracy, mae: test.mae, knows: 'its features' },
                  ...Object.entries(baselines).map(([name, baseline]) => ({
                    name: baselineTitle(name, baseline),
                    accuracy: baseline.test_accuracy,
                    mae: baseline.mae,
                    knows: baseline.knows,
                  })),
                ]}
                columns={[
                  { title: 'Predictor', cell: ({ name }) => name },
                  {
                    title: isRegression ? 'Directions' : 'Accuracy',
                    isNumber: true,
                    cell: ({ accuracy }) => formatPercent(accuracy),
                  },
                  ...(isRegression
                    ? [
                        {
                          title: 'Mean error',
                          isNumber: true,
                          cell: ({ mae }: { mae: number | null }) => formatMetric(mae),
                        },
                      ]
                    : []),
                  { title: 'Knows', cell: ({ knows }) => knows },
                ]}
              />
            </div>
          )}
          {symbols.length > 1 && (
            <div>
              <h3>Per symbol</h3>
              <DataTable
                label="Test accuracy of each symbol"
                rows={symbols}
                columns={[
                  { title: 'Symbol', cell: ({ symbol }) => symbol },
                  { title: 'Rows', isNumber: true, cell: ({ rows }) => formatNumber(rows) },
                  {
                    title: 'Accuracy',
                    isNumber: true,
                    cell: ({ test_accuracy }) => formatPercent(test_accuracy),
                  },
                  {
                    title: 'Best baseline',
                    isNumber: true,
                    cell: ({ baselines: own }) => formatPercent(own === null ? null : bestUninformed(own)),
                  },
                ]}
              />
            </div>
          )}
        </div>
        {test.calibration !== null && (
          <div>
            <h3>Calibration</h3>
            <p class="card-line">
              Expected calibration error {formatPercent(test.calibration.expected_calibration_error)}, Brier
              score {formatNumber(test.calibration.brier_score, 3)}.
            </p>
            <CalibrationChart bins={test.calibration.bins} />
          </div>
        )}
      </div>
    </section>
  );
}
