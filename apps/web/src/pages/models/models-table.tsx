import type { ListedModel } from '@ktrdr/contracts';
import type { ComponentChildren } from 'preact';
import { TableBox } from '../../components/table-box.js';
import { Moment } from '../../components/moment.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { formatPercent, formatSignedPoints, UNKNOWN } from '../../format/numbers.js';
import { modelAddress } from '../../models/model-address.js';
import { leadOf, orderOf, type ModelColumn } from './models-view.js';

interface ModelsTableProps {
  models: readonly ListedModel[];
  sort: string;
  onSort: (column: ModelColumn) => void;
  chosen: ReadonlySet<string>;
  onChoose: (models: readonly string[], isChosen: boolean) => void;
}

/** One row for each model. */
export function ModelsTable({ models, sort, onSort, chosen, onChoose }: ModelsTableProps) {
  const { column, isAscending } = orderOf(sort);
  const heading = (name: ModelColumn, children: ComponentChildren, isNumber = false) => (
    <th
      scope="col"
      class={isNumber ? 'number' : undefined}
      aria-sort={column === name ? (isAscending ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" class="sort-button" onClick={() => onSort(name)}>
        {children}
        <span aria-hidden="true" class="sort-sign">
          {column === name ? (isAscending ? '▲' : '▼') : ''}
        </span>
      </button>
    </th>
  );
  const areAllChosen = models.every(({ model }) => chosen.has(model));
  return (
    <TableBox label="Models">
      <table class="models-table">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label={`Choose all ${models.length} models that are shown`}
                checked={areAllChosen}
                onChange={(event) =>
                  onChoose(
                    models.map(({ model }) => model),
                    event.currentTarget.checked,
                  )
                }
              />
            </th>
            {heading('model', 'Model')}
            {heading('verdict', 'Verdict')}
            {heading('accuracy', 'Accuracy', true)}
            <th scope="col" class="number">
              Baseline
            </th>
            {heading('lead', <span title="Accuracy minus baseline, in percentage points">Lead</span>, true)}
            {heading('created', 'Trained')}
            {heading('symbols', 'Symbols')}
            {heading('engine', 'Engine')}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow
              key={model.model}
              model={model}
              isChosen={chosen.has(model.model)}
              onChoose={(isChosen) => onChoose([model.model], isChosen)}
            />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

interface ModelRowProps {
  model: ListedModel;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}

function ModelRow({ model, isChosen, onChoose }: ModelRowProps) {
  return (
    <tr class={isChosen ? 'is-chosen' : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${model.model}`}
          checked={isChosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        {model.version === null ? (
          model.model
        ) : (
          <a href={modelAddress(model.strategy, model.version)}>{model.model}</a>
        )}
        <span class="narrow-verdict">
          <ModelVerdict model={model} />
        </span>
        {model.problem !== null && <p class="field-error">{model.problem}</p>}
      </th>
      <td>
        <ModelVerdict model={model} />
      </td>
      <td class="number">{formatPercent(model.test_accuracy)}</td>
      <td class="number">{formatPercent(model.baseline_accuracy)}</td>
      <td class="number">{formatSignedPoints(leadOf(model))}</td>
      <td class="nowrap">
        <Moment at={model.created_at} />
      </td>
      <td>{model.symbols.length === 0 ? UNKNOWN : model.symbols.join(', ')}</td>
      <td>{model.engine ?? UNKNOWN}</td>
    </tr>
  );
}

function ModelVerdict({ model: { verdict } }: { model: ListedModel }) {
  return verdict === null ? <span class="muted">not judged</span> : <VerdictBadge label={verdict} />;
}
