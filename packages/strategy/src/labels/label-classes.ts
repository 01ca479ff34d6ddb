import type { LabelSettings } from '../model.js';
import { CONTEXT_CLASSES } from './context.js';
import { SIGNAL_CLASSES } from './labels.js';
import { REGIME_CLASSES } from './regime.js';

/** Names of the label classes, by class index; `null` if the labels are numbers. Known without any bars. */
export function labelClasses({ source }: LabelSettings): readonly string[] | null {
  switch (source) {
    case 'zigzag':
    case 'triple_barrier':
      return SIGNAL_CLASSES;
    case 'context':
      return CONTEXT_CLASSES;
    case 'regime':
      return REGIME_CLASSES;
    case 'forward_return':
      return null;
  }
}
