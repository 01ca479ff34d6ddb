import { MOST_COMPARED_MODELS, type ListedModel } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { formatPercent } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { modelAddress } from '../../models/model-address.js';
import { viewModels } from '../models/models-view.js';

/** All models of the same strategy, the newest first. */
export function VersionsCard({ strategy, version }: { strategy: string; version: string }) {
  const { resource, reload } = useResource('models', (signal) => request('listModels', { signal }));
  const { value, error } = resource.value;
  const versions = viewModels(
    (value?.models ?? []).filter((model) => model.strategy === strategy),
    { search: '', verdict: '', sort: '' },
  );
  const compared = versions.filter(({ problem }) => problem === null).slice(0, MOST_COMPARED_MODELS);
  const names = compared.map(({ model }) => model).join(',');
  return (
    <section class="card" aria-label="Versions">
      <h2>Versions of {strategy}</h2>
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {value === null && error === null && <Loading lines={3} label="versions" />}
      <ul class="versions">
        {versions.map((model) => (
          <Version key={model.model} model={model} isCurrent={model.version === version} />
        ))}
      </ul>
      {compared.length > 1 && (
        <p>
          <a href={`/app/compare?models=${encodeURIComponent(names)}`}>Compare them</a>
        </p>
      )}
    </section>
  );
}

function Version({ model, isCurrent }: { model: ListedModel; isCurrent: boolean }) {
  const { strategy, version, verdict, test_accuracy, created_at, problem } = model;
  return (
    <li>
      {isCurrent || version === null ? (
        <strong aria-current={isCurrent ? 'page' : undefined}>{version ?? model.model}</strong>
      ) : (
        <a href={modelAddress(strategy, version)}>{version}</a>
      )}
      <span class="number">{formatPercent(test_accuracy)}</span>
      {problem !== null ? (
        <span class="field-error">not usable</span>
      ) : (
        verdict !== null && <VerdictBadge label={verdict} />
      )}
      <Moment at={created_at} />
    </li>
  );
}
