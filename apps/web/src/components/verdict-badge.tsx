import { VERDICT_WORDS, type VerdictLabel } from '@ktrdr/contracts';
import './verdict-badge.css';

const MEANINGS: Readonly<Record<VerdictLabel, string>> = {
  edge: 'The model did better on bars that it had not seen than luck and simple baselines explain.',
  no_edge: 'Luck or a simple baseline explains the result, although there was enough data to find an edge.',
  too_little_data: 'Luck may explain the result: there was not enough data to find an edge.',
};

/** A verdict in words; hovering shows what it means. */
export function VerdictBadge({ label }: { label: VerdictLabel }) {
  return (
    <span class={`verdict-badge verdict-${label}`} title={MEANINGS[label]}>
      {VERDICT_WORDS[label]}
    </span>
  );
}
