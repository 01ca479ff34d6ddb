import { isGrave, type DataFinding } from '@ktrdr/contracts';
import { BarTime } from '../../components/bar-time.js';

/** Every finding about a file with its clearest places. */
export function FindingsList({ findings }: { findings: readonly DataFinding[] }) {
  if (findings.length === 0) return <p class="findings-good">✓ Nothing unusual.</p>;
  return (
    <ul class="findings">
      {findings.map((finding) => (
        <Finding key={finding.kind} finding={finding} />
      ))}
    </ul>
  );
}

function Finding({ finding }: { finding: DataFinding }) {
  const { severity, kind, message, examples } = finding;
  return (
    <li class={`finding finding-${isGrave(finding) ? 'grave' : severity}`}>
      <p class="finding-title">
        {kind.replaceAll('_', ' ')} <span class="muted">({severity})</span>
      </p>
      <p class="finding-message">{message}</p>
      {examples.length > 1 && (
        <details>
          <summary>{examples.length} places</summary>
          <ul>
            {examples.map(({ time, text }) => (
              <li key={time}>
                <BarTime time={time} />: {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
