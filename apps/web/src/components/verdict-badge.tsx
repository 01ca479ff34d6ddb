import { VERDICT_WORDS, type VerdictLabel } from '@ktrdr/contracts';
import './verdict-badge.css';

/** The answer of a verdict in its own words. */
export function VerdictBadge({ label }: { label: VerdictLabel }) {
  return <span class={`verdict-badge verdict-${label}`}>{VERDICT_WORDS[label]}</span>;
}
