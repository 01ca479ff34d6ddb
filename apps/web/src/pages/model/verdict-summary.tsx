import type { ModelDetails, Verdict } from '@ktrdr/contracts';
import { Figures } from '../../components/figures.js';
import { formatNumber, formatPercent, formatSignedPoints } from '../../format/numbers.js';
import { leadOf } from '../models/models-view.js';

/** The verdict's sentences with the figures behind them. The page of the training has all of it. */
export function VerdictSummary({ model: { summary, metadata, metrics } }: { model: ModelDetails }) {
  const reasons = reasonsOf(metrics);
  return (
    <section class="card model-verdict" aria-label="Verdict">
      {reasons.length === 0 ? (
        <p>Not judged: an earlier version trained this model.</p>
      ) : (
        <>
          <p class="model-headline">{reasons[0]}</p>
          <ul>
            {reasons.slice(1).map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      <Figures
        figures={[
          ['Accuracy', formatPercent(summary.test_accuracy)],
          ['Best baseline', formatPercent(summary.baseline_accuracy)],
          ['Lead (points)', formatSignedPoints(leadOf(summary))],
          ['Test rows', formatNumber(metadata.test_part?.rows)],
        ]}
      />
      <p>
        <a href={`/app/operations/${encodeURIComponent(metadata.operation_id)}`}>
          The training with its curves, equity and calibration
        </a>
      </p>
    </section>
  );
}

/** `metrics.json` is as stored: older files have no verdict. */
function reasonsOf(metrics: unknown): string[] {
  const { verdict } = (metrics ?? {}) as { verdict?: Partial<Verdict> | null };
  return verdict?.reasons ?? [];
}
