import type { ModelComparison } from '@ktrdr/contracts';
import { UNKNOWN } from '../../format/numbers.js';
import { figureRows, settingRows, splitRows, type ComparedRow, type Run } from './compare-data.js';
import { TableBox } from '../../components/table-box.js';

interface ComparedTablesProps {
  runs: readonly Run[];
  models: ModelComparison | null;
}

/** Figures and settings: those that differ first, equal ones folded away. */
export function ComparedTables({ runs, models }: ComparedTablesProps) {
  const settings = settingRows(runs);
  const known = new Set(settings.map(({ name }) => name));
  // what only the strategy files and the data say
  const others = (models?.models.length === runs.length ? models.differences : [])
    .map(({ name, values }) => ({ name, values: values.map((value) => value ?? UNKNOWN) }))
    .filter(({ name }) => !known.has(name.replace(/^training\./, '').replaceAll('_', ' ')));
  return (
    <div class="compared">
      <Part title="Figures" runs={runs} rows={figureRows(runs)} />
      <Part title="Settings" runs={runs} rows={[...settings, ...others]} />
    </div>
  );
}

function Part({ title, runs, rows }: { title: string; runs: readonly Run[]; rows: readonly ComparedRow[] }) {
  const { different, equal } = splitRows(rows);
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {different.length === 0 ? (
        <p class="muted card-line">They do not differ.</p>
      ) : (
        <Rows label={`${title} that differ`} runs={runs} rows={different} />
      )}
      {equal.length > 0 && (
        <details class="compared-equal">
          <summary>{equal.length} equal</summary>
          <Rows label={`${title} that are equal`} runs={runs} rows={equal} />
        </details>
      )}
    </section>
  );
}

function Rows({ label, runs, rows }: { label: string; runs: readonly Run[]; rows: readonly ComparedRow[] }) {
  return (
    <TableBox label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Name</span>
            </th>
            {runs.map(({ letter, series }) => (
              <th key={letter} scope="col" class={`number series-${series}`}>
                {letter}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, index) => (
                <td key={runs[index]?.letter} class="compared-value">
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
