import type { Path } from '../issues.js';
import type { DecisionSettings, LossSettings } from '../model.js';
import type { Reader } from '../section.js';

/** Names of the loss functions. */
export const LOSS_TYPES = ['cross_entropy', 'focal', 'mse', 'huber'] as const;
type LossType = (typeof LOSS_TYPES)[number];

/** The losses for each kind of decision; the first is the default. */
const OF_FORMAT: Record<'classification' | 'regression', readonly LossType[]> = {
  classification: ['cross_entropy', 'focal'],
  regression: ['huber', 'mse'],
};

/** Chooses the loss, which must fit the kind of decision. `null`, with an error at `path`, if it does not. */
export function chooseLoss(
  reader: Reader,
  { loss, focalGamma, huberDelta }: { loss: LossType | undefined; focalGamma: number; huberDelta: number },
  format: DecisionSettings['outputFormat'],
  path: Path,
): LossSettings | null {
  const fitting = OF_FORMAT[format];
  const type = loss ?? fitting[0]!;
  if (!fitting.includes(type)) {
    reader.error(path, `is ${type}, which does not fit a ${format}; must be ${fitting.join(' or ')}`);
    return null;
  }
  switch (type) {
    case 'focal':
      return { type, gamma: focalGamma };
    case 'huber':
      return { type, delta: huberDelta };
    default:
      return { type };
  }
}
