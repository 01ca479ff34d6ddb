import type { SeedsResult, TrainingResult, WalkForward } from '@ktrdr/contracts';
import { bestUninformed } from '@ktrdr/contracts';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { BarDays } from '../../components/bar-time.js';
import {
  counted,
  formatMetric,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../../format/numbers.js';

/** How much the result depends on the seed and on the time. */
export function StabilityCard({ result: { seeds = null, walk_forward } }: { result: TrainingResult }) {
  if (seeds === null && walk_forward === null) return null;
  return (
    <section class="card" id="stability" aria-labelledby="stability-title">
      <h2 id="stability-title">Seeds and walk-forward</h2>
      <div class="stack">
        {seeds !== null && <Seeds seeds={seeds} />}
        {walk_forward !== null && <Folds walkForward={walk_forward} hasSeeds={seeds !== null} />}
        <p class="card-line muted">± is the sample standard deviation.</p>
      </div>
    </section>
  );
}

function Seeds({ seeds: { seeds, test_accuracy, net_return } }: { seeds: SeedsResult }) {
  const stored = seeds.find((one) => one.stored);
  return (
    <div>
      <h3>Seeds</h3>
      <p class="card-line">
        A seed decides the initial weights, the order of the rows and the dropout. Each seed is a training of
        its own, and all are tested on the same test part. The model of seed {stored?.seed} is stored, because
        its validation loss is the lowest. The test part, the equity and the features on this page are those
        of seed {stored?.seed} alone.
      </p>
      <Figures
        figures={[
          [`Test accuracy, mean of ${seeds.length} seeds`, spread(test_accuracy.mean, test_accuracy.std)],
          ['Test accuracy, worst seed', formatPercent(test_accuracy.worst)],
          ...(net_return === null
            ? []
            : [
                [
                  `Net return, mean of ${seeds.length} seeds`,
                  `${formatSignedPercent(net_return.mean)} ± ${formatPercent(net_return.std)}`,
                ] as const,
                ['Net return, worst seed', formatSignedPercent(net_return.worst)] as const,
              ]),
        ]}
      />
      <DataTable
        label="Results of each seed"
        rows={seeds}
        columns={[
          { title: 'Seed', cell: ({ seed, stored }) => `${seed}${stored ? ' (stored)' : ''}` },
          { title: 'Best epoch', isNumber: true, cell: ({ best_epoch }) => formatNumber(best_epoch) },
          { title: 'Validation loss', isNumber: true, cell: ({ val_loss }) => formatMetric(val_loss) },
          { title: 'Test accuracy', isNumber: true, cell: ({ test_accuracy: own }) => formatPercent(own) },
          { title: 'Test loss', isNumber: true, cell: ({ test_loss }) => formatMetric(test_loss) },
          { title: 'Net return', isNumber: true, cell: ({ net_return: own }) => formatSignedPercent(own) },
        ]}
      />
    </div>
  );
}

function Folds({ walkForward, hasSeeds }: { walkForward: WalkForward; hasSeeds: boolean }) {
  const { folds, test_accuracy, window_bars, gap_bars } = walkForward;
  const window =
    window_bars === null ? 'all bars' : `the last ${counted(window_bars, 'bar')} (a rolling window)`;
  return (
    <div>
      <h3>Walk-forward folds</h3>
      <p class="card-line">
        A fold is one more training{hasSeeds && ' with the seed of the stored model'}. It trains on {window}{' '}
        before its test period{gap_bars > 0 && `, without the ${counted(gap_bars, 'bar')} next to it`}, and is
        tested on that period alone. The verdict judges the test periods of all folds together. No model of a
        fold is stored.
      </p>
      <Figures
        figures={[
          [`Test accuracy, mean of ${folds.length} folds`, spread(test_accuracy.mean, test_accuracy.std)],
          ['Test accuracy, worst fold', formatPercent(test_accuracy.min)],
          ['Test accuracy, best fold', formatPercent(test_accuracy.max)],
        ]}
      />
      <DataTable
        label="Results of each fold"
        rows={folds}
        columns={[
          { title: 'Fold', cell: ({ fold }) => fold },
          {
            title: 'Test period (UTC)',
            cell: ({ test_start, test_end }) => <BarDays first={test_start} last={test_end} />,
          },
          { title: 'Rows trained on', isNumber: true, cell: ({ train_rows }) => formatNumber(train_rows) },
          { title: 'Rows tested', isNumber: true, cell: ({ test_rows }) => formatNumber(test_rows) },
          { title: 'Test accuracy', isNumber: true, cell: ({ test_accuracy: own }) => formatPercent(own) },
          {
            title: 'Best baseline',
            isNumber: true,
            cell: ({ baselines }) => formatPercent(bestUninformed(baselines)),
          },
          {
            title: 'Epochs trained',
            isNumber: true,
            cell: ({ epochs_trained }) => formatNumber(epochs_trained),
          },
        ]}
      />
    </div>
  );
}

function spread(mean: number, std: number): string {
  return `${formatPercent(mean)} ± ${formatPercent(std)}`;
}
