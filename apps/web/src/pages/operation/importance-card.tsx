import type { FeatureImportance } from '@ktrdr/contracts';
import { BarTable } from '../../charts/bar-table.js';
import { formatMetric, formatNumber } from '../../format/numbers.js';

interface ImportanceCardProps {
  /** `null`: the training was run without detailed analytics. */
  importance: FeatureImportance | null;
  isRegression: boolean;
}

/** What the model loses when the values of a feature are shuffled. */
export function ImportanceCard({ importance, isRegression }: ImportanceCardProps) {
  return (
    <section class="card" id="importance" aria-labelledby="importance-title">
      <h2 id="importance-title">Feature importance</h2>
      {importance === null ? (
        <p class="muted card-line">
          Not measured. Run it again with detailed analytics to see what the model loses without each feature.
        </p>
      ) : (
        <>
          <p class="card-line">
            What the model loses on {formatNumber(importance.rows)} test rows when the values of a feature are
            shuffled. At or below zero, the feature does not help.
          </p>
          <BarTable
            label="Importance of each feature"
            nameTitle="Feature"
            cellTitles={[isRegression ? 'Accuracy drop, pt' : 'Loss rise']}
            valueTitle={isRegression ? 'Loss rise' : 'Accuracy drop, pt'}
            format={(value) => (isRegression ? formatMetric(value) : formatNumber(100 * value, 2))}
            rows={importance.features.map(({ feature, accuracy_drop, loss_rise }) => ({
              name: feature,
              value: isRegression ? loss_rise : accuracy_drop,
              cells: [isRegression ? formatNumber(100 * accuracy_drop, 2) : formatMetric(loss_rise)],
            }))}
          />
        </>
      )}
    </section>
  );
}
