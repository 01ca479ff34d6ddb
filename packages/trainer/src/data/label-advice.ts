import type { LabelSettings } from '@ktrdr/strategy';

/** Which rows have no label. The text follows "12 without a label, ". */
export function whereUnlabelled(settings: LabelSettings): string {
  switch (settings.source) {
    case 'zigzag':
      return settings.method === 'segments'
        ? 'after the last confirmed turning point'
        : lastBars(settings.lookahead);
    case 'forward_return':
    case 'context':
      return lastBars(settings.horizon);
    case 'triple_barrier':
      return settings.cusum === null
        ? `${lastBars(settings.holdingBars)}, or without a volatility`
        : `${lastBars(settings.holdingBars)}, or no event of the cusum filter`;
    case 'regime':
      return `after the last confirmed macro turning point, or ${lastBars(settings.atrPeriod)}`;
  }
}

function lastBars(count: number): string {
  return count === 1
    ? 'the last bar, whose outcome is not known yet'
    : `in the last ${count} bars, whose outcome is not known yet`;
}

/** A change of the strategy that gives more labelled rows. The text follows "use". */
export function forMoreLabels(settings: LabelSettings): string {
  switch (settings.source) {
    case 'zigzag':
      return settings.method === 'segments'
        ? 'a lower training.labels.zigzag_threshold'
        : 'a shorter training.labels.label_lookahead';
    case 'forward_return':
    case 'context':
      return 'a shorter training.labels.horizon';
    case 'triple_barrier':
      return settings.cusum === null
        ? 'a shorter training.labels.max_holding_period'
        : `a lower training.labels.${settings.cusum.threshold === null ? 'cusum_multiplier' : 'cusum_threshold'}`;
    case 'regime':
      return 'a lower training.labels.macro_atr_mult';
  }
}

/** A change of the strategy that gives labels of more than one class. The text follows "use". */
export function forMoreClasses(settings: LabelSettings): string {
  switch (settings.source) {
    case 'zigzag':
      return 'a lower training.labels.zigzag_threshold';
    case 'triple_barrier':
      return 'other values of training.labels.pt_multiplier and sl_multiplier';
    case 'context':
      return 'training.labels.bullish_threshold and bearish_threshold nearer to 0';
    case 'forward_return':
    case 'regime':
      return forMoreLabels(settings);
  }
}
