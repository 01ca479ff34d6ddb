import type { StrategySummary } from '@ktrdr/contracts';
import { Fragment } from 'preact';
import { TableBox } from '../../components/table-box.js';
import { counted, UNKNOWN } from '../../format/numbers.js';
import { may } from '../../shell/caller.js';
import { fileStem, strategyAddress, trainAddress } from '../../strategies/strategy-address.js';

interface StrategiesTableProps {
  strategies: readonly StrategySummary[];
  onDelete: (strategy: StrategySummary) => void;
}

/** One row for each file. */
export function StrategiesTable({ strategies, onDelete }: StrategiesTableProps) {
  const mayChange = may('operate');
  return (
    <TableBox label="Strategies">
      <table class="strategies-table">
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col">State</th>
            <th scope="col">Symbols</th>
            <th scope="col">Timeframes</th>
            <th scope="col">Network</th>
            {mayChange && (
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {strategies.map((strategy) => (
            <StrategyRow
              key={strategy.file}
              strategy={strategy}
              mayChange={mayChange}
              onDelete={() => onDelete(strategy)}
            />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

interface StrategyRowProps {
  strategy: StrategySummary;
  mayChange: boolean;
  onDelete: () => void;
}

function StrategyRow({ strategy, mayChange, onDelete }: StrategyRowProps) {
  const { name, file, description, symbols, timeframes, model_type, valid } = strategy;
  const stem = fileStem(file);
  return (
    <tr>
      <th scope="row">
        <a href={strategyAddress(stem)}>
          {stem.split('_').map((word, at) => (
            <Fragment key={at}>
              {at > 0 && '_'}
              {at > 0 && <wbr />}
              {word}
            </Fragment>
          ))}
        </a>
        {name !== stem && <span class="muted"> (models: {name})</span>}
        {description !== null && <p class="strategy-description">{description}</p>}
      </th>
      <td>
        <StrategyState strategy={strategy} />
      </td>
      <td>{symbols.join(', ') || UNKNOWN}</td>
      <td>{timeframes.join(', ') || UNKNOWN}</td>
      <td>{model_type ?? UNKNOWN}</td>
      {mayChange && (
        <td class="strategy-actions">
          {valid && (
            <a class="button" href={trainAddress(stem)} aria-label={`Train ${stem}`}>
              Train
            </a>
          )}{' '}
          <button type="button" class="button" aria-label={`Delete ${stem}`} onClick={onDelete}>
            Delete
          </button>
        </td>
      )}
    </tr>
  );
}

function StrategyState({ strategy: { valid, errors, warnings, version } }: { strategy: StrategySummary }) {
  const words = valid ? '✓ valid' : `✕ ${counted(errors, 'error')}`;
  return (
    <span class="strategy-state">
      <span class={valid ? 'state-valid' : 'state-invalid'}>{words}</span>
      {warnings > 0 && <span class="state-warned">△ {counted(warnings, 'warning')}</span>}
      {version !== null && version !== 'v3' && <span class="muted">grammar {version}</span>}
    </span>
  );
}
