import type { TypedOperationSummary } from '@ktrdr/contracts';
import { percentageText } from '@ktrdr/contracts';
import { ProgressBar } from '../components/progress-bar.js';
import { VerdictBadge } from '../components/verdict-badge.js';
import { formatDuration } from '../format/times.js';
import { isActive, lineOf, shortLineOf, subjectOf } from './operation-words.js';
import './operation-progress.css';

/** Bar, percentage, ETA and current step of an operation that has not ended; otherwise how it ended. */
export function OperationProgress({ operation }: { operation: TypedOperationSummary }) {
  const { status, progress } = operation;
  const line = lineOf(operation);
  if (!isActive(operation)) {
    const { verdict = null } = progress.context;
    return (
      <div class="operation-ended">
        {status === 'completed' && verdict !== null && <VerdictBadge label={verdict} />}
        <span class={`operation-line ${status === 'failed' ? 'operation-failed' : 'muted'}`} title={line}>
          {line}
        </span>
      </div>
    );
  }
  const eta =
    progress.eta_seconds === null || progress.eta_seconds < 1 || status !== 'running'
      ? ''
      : `${formatDuration(progress.eta_seconds * 1000)} left`;
  return (
    <div class="operation-progress">
      <ProgressBar percentage={progress.percentage} label={`Progress of ${subjectOf(operation)}`} />
      <div class="operation-progress-text">
        <span class="operation-line" title={line}>
          {shortLineOf(operation)}
        </span>
        <span class="number">{[percentageText(progress.percentage), eta].filter(Boolean).join(' · ')}</span>
      </div>
    </div>
  );
}
