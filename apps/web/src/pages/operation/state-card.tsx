import type { StrategyIssue, TypedOperationSummary } from '@ktrdr/contracts';
import { percentageText } from '@ktrdr/contracts';
import { Figures } from '../../components/figures.js';
import { Note } from '../../components/note.js';
import { ProgressBar } from '../../components/progress-bar.js';
import { formatNumber } from '../../format/numbers.js';
import { formatDuration } from '../../format/times.js';
import { hostNames } from '../../operations/host-names.js';
import { isActive, lineOf, placeOf, subjectOf } from '../../operations/operation-words.js';
import { Took } from '../../operations/took.js';

/** What an operation does now, or why it ended without a result. Nothing for a completed one. */
export function StateCard({ operation }: { operation: TypedOperationSummary }) {
  if (isActive(operation)) return <RunningCard operation={operation} />;
  if (operation.status === 'failed') return <FailureNote operation={operation} />;
  if (operation.status === 'cancelled')
    return (
      <Note kind="info">
        <p>
          Cancelled at {percentageText(operation.progress.percentage)}
          {operation.cancel_reason === null ? '.' : `: ${asSentence(operation.cancel_reason)}`}{' '}
          {operation.resumable
            ? 'Resume it to continue from its last state.'
            : 'It cannot be resumed. Retry it to start from the beginning.'}
        </p>
      </Note>
    );
  return null;
}

function RunningCard({ operation }: { operation: TypedOperationSummary }) {
  const { progress, status } = operation;
  const { context } = progress;
  const epoch =
    context.current_epoch === null
      ? []
      : [
          [
            'Epoch',
            `${formatNumber(context.current_epoch)} of ${formatNumber(context.total_epochs)}`,
          ] as const,
        ];
  const speed =
    context.samples_per_second === null
      ? []
      : [['Samples per second', formatNumber(context.samples_per_second)] as const];
  const engine =
    context.engine === null
      ? []
      : [['Engine', [context.engine, context.device].filter(Boolean).join(', ')] as const];
  return (
    <section class="card" aria-label="Progress">
      <div class="state-line">
        <strong class="number">{percentageText(progress.percentage)}</strong>
        <span class="state-step">{lineOf(operation)}</span>
      </div>
      <ProgressBar percentage={progress.percentage} label={`Progress of ${subjectOf(operation)}`} />
      <div class="state-figures">
        <Figures
          figures={[
            ['Time left', status === 'running' ? formatDuration(msOf(progress.eta_seconds)) : '–'],
            ['Runs for', <Took key="took" operation={operation} />],
            ...epoch,
            ...speed,
            ['Runs on', placeOf(operation, hostNames.value)],
            ...engine,
          ]}
        />
      </div>
    </section>
  );
}

/** A reason with a full stop. */
function asSentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

function msOf(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

function FailureNote({ operation }: { operation: TypedOperationSummary }) {
  const { error } = operation;
  const issues = issuesOf(error?.details);
  return (
    <Note kind="problem">
      <p>{error?.message ?? 'It failed and gave no reason.'}</p>
      {issues.length > 0 && (
        <ul>
          {issues.map(({ file, line, column, path, message }) => (
            <li key={`${line} ${message}`}>
              <code>
                {file}
                {line === null ? '' : `:${line}:${column ?? 1}`}
              </code>{' '}
              {path}: {message}
            </li>
          ))}
        </ul>
      )}
      <p>
        {adviceOf(operation)} <code>{error?.code}</code>
      </p>
    </Note>
  );
}

function adviceOf({ error, resumable }: TypedOperationSummary): string {
  // nothing is wrong with an operation whose API was stopped
  const first = error?.code === 'interrupted' ? '' : 'Fix the cause, then ';
  const advice = resumable
    ? `${first}resume it: it continues from its last state.`
    : `${first}retry it, or run it again with changes.`;
  return advice.charAt(0).toUpperCase() + advice.slice(1);
}

/** Problems of a strategy file in the details of an error. */
function issuesOf(details: unknown): StrategyIssue[] {
  const { issues } = (details ?? {}) as { issues?: unknown };
  return Array.isArray(issues) ? (issues as StrategyIssue[]) : [];
}
