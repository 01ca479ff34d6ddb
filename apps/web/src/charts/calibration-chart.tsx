import type { ReliabilityBin } from '@ktrdr/contracts';
import { formatNumber, formatPercent } from '../format/numbers.js';
import { TableBox } from '../components/table-box.js';
import './calibration-chart.css';

/** How often the model was right, by how sure it was. On the diagonal its probabilities are true. */
export function CalibrationChart({ bins }: { bins: readonly ReliabilityBin[] }) {
  const filled = bins.filter(({ rows }) => rows > 0);
  const most = Math.max(1, ...filled.map(({ rows }) => rows));
  return (
    <div class="calibration">
      <figure class="calibration-plot" aria-hidden="true">
        <svg viewBox="0 0 100 100">
          <rect class="calibration-frame" x="0" y="0" width="100" height="100" />
          <line class="calibration-ideal" x1="0" y1="100" x2="100" y2="0" />
          {filled.map(({ from, rows, confidence, accuracy }) => (
            <circle
              key={from}
              class="calibration-bin"
              cx={100 * (confidence ?? 0)}
              cy={100 - 100 * (accuracy ?? 0)}
              r={1.5 + 3 * Math.sqrt(rows / most)}
            />
          ))}
        </svg>
        <figcaption class="muted">
          Right: higher confidence. Up: more often correct. A larger dot stands for more rows.
        </figcaption>
      </figure>
      <TableBox label="Calibration on the test part">
        <table aria-label="Calibration on the test part">
          <thead>
            <tr>
              <th scope="col">Highest probability</th>
              <th scope="col" class="number">
                Rows
              </th>
              <th scope="col" class="number">
                Confidence
              </th>
              <th scope="col" class="number">
                Correct
              </th>
            </tr>
          </thead>
          <tbody>
            {filled.map(({ from, to, rows, confidence, accuracy }) => (
              <tr key={from}>
                <th scope="row">
                  {formatPercent(from, 0)} to {formatPercent(to, 0)}
                </th>
                <td class="number">{formatNumber(rows)}</td>
                <td class="number">{formatPercent(confidence)}</td>
                <td class="number">{formatPercent(accuracy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </div>
  );
}
