import { counted } from '../../format/numbers.js';
import { foldEqualLines, textDifference } from './text-difference.js';

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;

/** The lines that differ between two texts, with a few equal lines around each. */
export function DifferenceView({ before, after }: { before: string; after: string }) {
  return (
    <pre class="difference" tabIndex={0} aria-label="Differences">
      {foldEqualLines(textDifference(before, after)).map((line, index) =>
        typeof line === 'number' ? (
          <span key={index} class="difference-line muted">
            … {counted(line, 'equal line')}
          </span>
        ) : (
          <span key={index} class={`difference-line difference-${line.kind}`}>
            {SIGNS[line.kind]} {line.text}
          </span>
        ),
      )}
    </pre>
  );
}
