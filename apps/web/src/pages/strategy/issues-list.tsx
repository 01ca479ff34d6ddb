import type { StrategyIssue } from '@ktrdr/contracts';
import { ErrorNote } from '../../components/note.js';
import { counted } from '../../format/numbers.js';
import type { Validation } from './use-validation.js';

interface IssuesListProps {
  validation: Validation;
  onGoTo: (line: number, column: number) => void;
}

/** Problems of the text with their places. A click goes there. */
export function IssuesList({ validation: { answer, isOld, error }, onGoTo }: IssuesListProps) {
  const issues = answer?.issues ?? [];
  return (
    <section class="issues" aria-label="Problems">
      <h2>
        Problems{' '}
        <span class="issues-state" role="status">
          {answer === null ? 'checking' : summaryOf(issues)}
          {answer !== null && isOld && error === null && ' · checking'}
        </span>
      </h2>
      {error !== null && <ErrorNote error={error} />}
      <ol>
        {issues.map((issue, index) => (
          <li key={index}>
            <Issue issue={issue} onGoTo={onGoTo} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function summaryOf(issues: readonly StrategyIssue[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const warnings = issues.length - errors;
  if (issues.length === 0) return 'none: the file can be trained';
  return [
    errors === 0 ? null : counted(errors, 'error'),
    warnings === 0 ? null : counted(warnings, 'warning'),
  ]
    .filter((words) => words !== null)
    .join(', ');
}

function Issue({ issue, onGoTo }: { issue: StrategyIssue; onGoTo: IssuesListProps['onGoTo'] }) {
  const { severity, line, column, path, message } = issue;
  const words = (
    <>
      <span class={`issue-place issue-${severity}`}>
        {severity === 'error' ? '✕ Error' : '△ Warning'}
        {line !== null && ` ${line}:${column ?? 1}`}
      </span>{' '}
      {path !== '' && <code>{path}</code>} {message}
    </>
  );
  if (line === null) return <p class="issue">{words}</p>;
  return (
    <button type="button" class="issue" onClick={() => onGoTo(line, column ?? 1)}>
      {words}
    </button>
  );
}
