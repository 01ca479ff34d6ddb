import { request } from '../../api/client.js';
import { useResource } from '../../live/use-resource.js';
import { availableBars } from '../train/available-range.js';
import { neededBars } from './needed-bars.js';

/** Says which bars of a strategy are not there: its text is valid without them, but a training is not possible. */
export function MissingBars({ text }: { text: string }) {
  const { value } = useResource(
    'bars',
    (signal) => request('listBars', { signal }),
    (change) => change.type === 'operation' && change.operation.status === 'completed',
  ).resource.value;
  if (value === null) return null;
  const { symbols, timeframes } = neededBars(text);
  const { missing } = availableBars(value.bars, symbols, timeframes);
  if (missing.length === 0) return null;
  return (
    <p class="missing-bars">
      There are no bars of {missing.join(', ')}: import, download or create them on the page{' '}
      <a href="/app/data">Data</a> before you train.
    </p>
  );
}
