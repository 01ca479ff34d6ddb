import type { AdjustChoice, BarsOrigin } from './bars-files.js';

/** Where bars came from, in the words of the command line and of the page. */

const ADJUST_WORDS: Readonly<Record<AdjustChoice, string | null>> = {
  none: null,
  close: 'close replaced by the adjusted close',
  ratio: 'all prices adjusted',
};

/** What was done to the bars on their way into the file: `all prices adjusted, times in America/New_York`; `null` for nothing. */
export function barsOriginChoices({
  kind,
  adjust = 'none',
  timezone = null,
}: Pick<BarsOrigin, 'kind' | 'adjust' | 'timezone'>): string | null {
  const zone = timezone === null ? null : `${kind === 'resample' ? 'days' : 'times'} in ${timezone}`;
  const choices = [ADJUST_WORDS[adjust], zone].filter((text) => text !== null);
  return choices.length === 0 ? null : choices.join(', ');
}
