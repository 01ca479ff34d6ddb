import type { TypedOperationSummary, Verdict } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { headlineOf } from '../../operations/verdict-headline.js';
import { useResource } from '../../live/use-resource.js';

/** Verdicts that were read. A verdict never changes within an attempt. */
const known = new Map<string, Verdict | null>();

/** The verdict of a completed training: its badge and its headline. */
export function TrainingVerdict({ operation }: { operation: TypedOperationSummary }) {
  const { operation_id: id, attempt } = operation;
  const key = `${id} ${attempt}`;
  const { resource } = useResource(`verdict ${key}`, async (signal): Promise<{ verdict: Verdict | null }> => {
    const found = known.get(key);
    if (found !== undefined) return { verdict: found };
    const read = await request('getOperation', { params: { id }, signal });
    const verdict = read.operation_type === 'training' ? (read.result?.verdict ?? null) : null;
    known.set(key, verdict);
    return { verdict };
  });
  const { value } = resource.value;
  if (value === null) return <span class="overview-verdict muted">…</span>;
  if (value.verdict === null) return <span class="overview-verdict muted">No verdict: a dry run.</span>;
  const { label } = value.verdict;
  return (
    <span class="overview-verdict">
      <VerdictBadge label={label} />
      <span class="overview-reason">{headlineOf(value.verdict)}</span>
    </span>
  );
}
