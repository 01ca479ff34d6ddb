import type { SeedsResult, TrainingResult, WalkForward } from '@ktrdr/contracts';
import { bestUninformed } from '@ktrdr/contracts';
import { DataTable } from '../../components/data-table.js';
import { Moment } from '../../components/moment.js';
import { formatMetric, formatNumber, formatPercent, formatSignedPercent } from '../../format/numbers.js';

/** How much the result depends on the seed and on the time. */
export function StabilityCard({ result: { seeds = null, walk_forward } }: { result: TrainingResult }) {
  if (seeds === null && walk_forward === null) return null;
  return (
    <section class="card" id="stability" aria-labelledby="stability-title">
      <h2 id="stability-title">Seeds and walk-forward</h2>
      <div class="stack">
        {seeds !== null && <Seeds seeds={seeds} />}
        {walk_forward !== null && <Folds walkForward={walk_forward} />}
      </div>
    </section>
  );
}

function Seeds({ seeds: { seeds, test_accuracy, net_return } }: { seeds: SeedsResult }) {
  return (
    <div>
      <h3>Seeds</h3>
      <p class="card-line">
        Test accuracy {spread(test_accuracy.mean, test_accuracy.std)}, worst{' '}
        {formatPercent(test_accuracy.worst)}.
        {net_return !== null &&
          ` Net return ${formatSignedPercent(net_return.mean)} ± ${formatPercent(net_return.std)}, worst ${formatSignedPercent(net_return.worst)}.`}{' '}
        The seed with the lowest validation loss is stored.
      </p>
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

function Folds({ walkForward }: { walkForward: WalkForward }) {
  const { folds, test_accuracy, window_bars, gap_bars } = walkForward;
  const window =
    window_bars === null ? 'a window that grows' : `a rolling window of ${formatNumber(window_bars)} bars`;
  return (
    <div>
      <h3>Walk-forward</h3>
      <p class="card-line">
        {folds.length} folds with {window}
        {gap_bars > 0 && `, a gap of ${formatNumber(gap_bars)} bars`}: test accuracy{' '}
        {spread(test_accuracy.mean, test_accuracy.std)}, {formatPercent(test_accuracy.min)} to{' '}
        {formatPercent(test_accuracy.max)}.
      </p>
      <DataTable
        label="Results of each fold"
        rows={folds}
        columns={[
          { title: 'Fold', cell: ({ fold }) => fold },
          {
            title: 'Tested on',
            cell: ({ test_start, test_end }) => (
              <>
                <Moment at={test_start} as="date" /> to <Moment at={test_end} as="date" />
              </>
            ),
          },
          { title: 'Trained on', isNumber: true, cell: ({ train_rows }) => formatNumber(train_rows) },
          { title: 'Tested', isNumber: true, cell: ({ test_rows }) => formatNumber(test_rows) },
          { title: 'Accuracy', isNumber: true, cell: ({ test_accuracy: own }) => formatPercent(own) },
          {
            title: 'Best baseline',
            isNumber: true,
            cell: ({ baselines }) => formatPercent(bestUninformed(baselines)),
          },
          { title: 'Epochs', isNumber: true, cell: ({ epochs_trained }) => formatNumber(epochs_trained) },
        ]}
      />
    </div>
  );
}

function spread(mean: number, std: number): string {
  return `${formatPercent(mean)} ± ${formatPercent(std)}`;
}
