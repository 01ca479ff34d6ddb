import { formatNumber, formatPercent } from '../format/numbers.js';
import { TableBox } from '../components/table-box.js';
import './confusion-table.css';

interface ConfusionTableProps {
  classes: readonly string[];
  /** `[true class][predicted class]`. */
  matrix: readonly (readonly number[])[];
}

/** How often each true class was predicted as which. A darker cell has a larger share of its row. */
export function ConfusionTable({ classes, matrix }: ConfusionTableProps) {
  return (
    <TableBox label="Confusion matrix of the test part">
      <table class="confusion" aria-label="Confusion matrix of the test part">
        <thead>
          <tr>
            <th scope="col">True \ predicted</th>
            {classes.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((name, row) => {
            const counts = matrix[row] ?? [];
            const total = counts.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                {classes.map((predicted, column) => {
                  const count = counts[column] ?? 0;
                  const share = total === 0 ? 0 : count / total;
                  return (
                    <td
                      key={predicted}
                      class={`number confusion-cell ${row === column ? 'confusion-right' : ''}`}
                    >
                      <span
                        class="confusion-fill"
                        aria-hidden="true"
                        ref={(element) => element?.style.setProperty('opacity', String(share))}
                      />
                      <span class="confusion-count">
                        {formatNumber(count)}{' '}
                        <span class="muted">{total === 0 ? '' : formatPercent(share, 0)}</span>
                      </span>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableBox>
  );
}
