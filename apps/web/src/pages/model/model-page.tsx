import type { ModelDetails } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation, useRoute } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { ErrorNote, Loading, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { useResource } from '../../live/use-resource.js';
import { ForRole } from '../../shell/for-role.js';
import { BacktestDialog } from './backtest-dialog.js';
import { DecisionsCard } from './decisions-card.js';
import { FilesCard } from './files-card.js';
import { LineageCard } from './lineage-card.js';
import { PredictionsCard } from './predictions-card.js';
import { VerdictSummary } from './verdict-summary.js';
import { VersionsCard } from './versions-card.js';
import './model-page.css';

/** One model: what it is worth, where it comes from, what it decides. */
export function ModelPage() {
  const { strategy = '', version = '' } = useRoute().params;
  const key = `${strategy}/${version}`;
  const { resource, reload } = useResource(`model ${key}`, (signal) =>
    request('getModel', { params: { strategy, version }, signal }),
  );
  const { value, error } = resource.value;
  const current = value?.summary.model === key ? value : null;
  return (
    <>
      <PageHeader
        title={key}
        beside={current?.summary.verdict != null && <VerdictBadge label={current.summary.verdict} />}
        actions={
          <ForRole role="operate">
            <Actions strategy={strategy} version={version} model={current} />
          </ForRole>
        }
      />
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {current === null ? (
        error === null && <Loading lines={12} label="model" />
      ) : (
        <div class="stack">
          {current.summary.problem !== null && <Note kind="problem">{current.summary.problem}</Note>}
          <VerdictSummary model={current} />
          <DecisionsCard key={key} model={current} />
          <PredictionsCard key={`predictions ${key}`} model={current} />
          <div class="grid">
            <LineageCard model={current} />
            <div class="stack">
              <FilesCard model={current} />
              <VersionsCard strategy={strategy} version={version} />
            </div>
          </div>
        </div>
      )}
    </>
  );
}

interface ActionsProps {
  strategy: string;
  version: string;
  /** `null` for a model that cannot be read: it can only be deleted. */
  model: ModelDetails | null;
}

function Actions({ strategy, version, model }: ActionsProps) {
  const { route } = useLocation();
  const dialog = useSignal<'delete' | 'backtest' | null>(null);
  const close = (): void => {
    dialog.value = null;
  };
  const deletion = useAction(
    () => request('deleteModel', { params: { strategy, version } }),
    () => route('/app/models'),
  );
  return (
    <>
      <button type="button" class="button button-danger" onClick={() => (dialog.value = 'delete')}>
        Delete
      </button>
      {model !== null && (
        <>
          <a class="button" href={`/app/train?again=${encodeURIComponent(model.metadata.operation_id)}`}>
            Train again
          </a>
          <button type="button" class="button button-main" onClick={() => (dialog.value = 'backtest')}>
            Backtest
          </button>
        </>
      )}
      {dialog.value === 'delete' && (
        <ConfirmDialog
          title={`Delete ${strategy}/${version}?`}
          verb="Delete"
          action={deletion}
          onClose={close}
        >
          <p>
            The files are removed for good, and the version number is not used again. The training that made
            the model stays in the list of operations.
          </p>
        </ConfirmDialog>
      )}
      {dialog.value === 'backtest' && model !== null && <BacktestDialog model={model} onClose={close} />}
    </>
  );
}
