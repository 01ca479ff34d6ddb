import type { BarsOrigin } from '@ktrdr/contracts';

/**
 * Where the bars of a training came from: what ktrdr wrote into the file before it, newest first. What was written later made other
 * bars, and the model has not seen them.
 *
 * @param origins newest first
 * @param trainedAt ISO time
 */
export function originText(origins: readonly BarsOrigin[], trainedAt: string): string {
  const earlier = origins.filter(({ at }) => Date.parse(at) <= Date.parse(trainedAt));
  const [newest] = earlier;
  if (newest === undefined) return 'unknown';
  const others = earlier.length - 1;
  return `${newest.kind}: ${newest.from}${others > 0 ? `, and ${others} earlier` : ''}`;
}
