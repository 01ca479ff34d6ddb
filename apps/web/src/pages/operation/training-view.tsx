import type { ComponentChildren } from 'preact';
import type { TrainingOperation, TrainingSummary } from '@ktrdr/contracts';
import { Note } from '../../components/note.js';
import { Part } from '../../components/part.js';
import { formatNumber } from '../../format/numbers.js';
import { modelAddress } from '../../models/model-address.js';
import { firstSeedOf, isActive } from '../../operations/operation-words.js';
import { ForRole } from '../../shell/for-role.js';
import { CurvesCard } from './curves-card.js';
import { pointsOfResult } from './curve-data.js';
import { DataCard } from './data-card.js';
import { DetailsCard } from './details-card.js';
import { EngineCard } from './engine-card.js';
import { HistoryCard } from './history-card.js';
import { ImportanceCard } from './importance-card.js';
import { MoneyCard } from './money-card.js';
import { PageSections, type PageSection } from './page-sections.js';
import { StabilityCard } from './stability-card.js';
import { StateCard } from './state-card.js';
import { StrategyCard } from './strategy-card.js';
import { TestCard } from './test-card.js';
import { TimelineCard } from './timeline-card.js';
import { useCurve } from './use-curve.js';
import { VerdictCard } from './verdict-card.js';
import { Warnings } from './warnings.js';

const OTHER_VERSION =
  'Another version of ktrdr may have stored this training. Run it again, or read it with: ktrdr operations show ID --json';

interface TrainingViewProps {
  /** Live. */
  operation: TrainingSummary;
  result: TrainingOperation['result'];
}

/** A training: the verdict first when it is done, what it does while it runs. */
export function TrainingView({ operation, result }: TrainingViewProps) {
  const { operation_id: id } = operation;
  const { curve, reload } = useCurve(id);
  const { points: read, error } = curve.value;
  const points = read?.length === 0 ? pointsOfResult(result) : read;
  const verdict = result?.verdict ?? null;
  const report = result?.backtest ?? null;
  const model = result?.artifacts.model ?? null;
  const info = result?.model_info ?? null;
  const isRegression = result?.test_metrics?.mae != null;
  // a training that failed before its first epoch has neither
  const hasCurves = (points ?? pointsOfResult(result)).length > 0 || isActive(operation);
  const hasEngine = result !== null || operation.progress.context.engine !== null || isActive(operation);
  const sections: (PageSection | false)[] = [
    verdict !== null && { id: 'verdict', title: 'Verdict' },
    hasCurves && { id: 'curves', title: 'Curves' },
    report !== null && { id: 'money', title: 'Equity' },
    result?.test_metrics != null && { id: 'test', title: 'Test part' },
    (result?.seeds != null || result?.walk_forward != null) && { id: 'stability', title: 'Seeds, folds' },
    result?.test_metrics != null && { id: 'importance', title: 'Features' },
    result !== null && { id: 'data', title: 'Data' },
    { id: 'strategy', title: 'Strategy' },
    { id: 'timeline', title: 'Timeline' },
    hasEngine && { id: 'engine', title: 'Engine' },
    { id: 'history', title: 'History' },
  ];
  const part = (name: string, children: ComponentChildren) => (
    <Part name={name} advice={OTHER_VERSION} of={`${operation.attempt} ${operation.status}`}>
      {children}
    </Part>
  );
  return (
    <div class="stack">
      <StateCard operation={operation} />
      {verdict !== null &&
        part(
          'The verdict',
          <VerdictCard verdict={verdict} action={model !== null && <ModelLink model={model} />} />,
        )}
      {result !== null && model === null && (
        <Note kind="info">
          A dry run: the data was prepared and nothing was trained. Below is what a training would use.{' '}
          <ForRole role="operate">
            <a href={`/app/train?again=${operation.operation_id}`}>Train it</a>
          </ForRole>
        </Note>
      )}
      <Warnings warnings={operation.warnings} />
      <PageSections sections={sections.filter((section) => section !== false)} />
      {hasCurves &&
        part(
          'The curve',
          <CurvesCard
            points={points}
            error={error}
            reload={reload}
            isRunning={isActive(operation)}
            firstSeed={firstSeedOf(operation)}
            stopped={result?.training_metrics?.stopping_reason}
          />,
        )}
      {report !== null && part('The backtest', <MoneyCard report={report} />)}
      {result !== null && (
        <>
          {part('The test part', <TestCard result={result} />)}
          {part('The results of seeds and folds', <StabilityCard result={result} />)}
          {result.test_metrics !== null &&
            part(
              'The importance of the features',
              <ImportanceCard importance={result.artifacts.feature_importance} isRegression={isRegression} />,
            )}
          {part('The data', <DataCard summary={result.data_summary} />)}
        </>
      )}
      <StrategyCard id={id} warnings={operation.warnings.length} />
      <TimelineCard operation={operation} />
      {hasEngine &&
        part(
          'The engine',
          <EngineCard
            operation={operation}
            usage={result?.resource_usage ?? null}
            modelText={
              info === null
                ? null
                : `${info.type} ${info.architecture}, ${formatNumber(info.parameters_count)} parameters`
            }
          />,
        )}
      <HistoryCard operation={operation} />
      <DetailsCard operation={operation} />
    </div>
  );
}

function ModelLink({ model }: { model: string }) {
  const [strategy = '', version = ''] = model.split('/');
  return (
    <a class="button button-main" href={modelAddress(strategy, version)}>
      Open the model {version}
    </a>
  );
}
