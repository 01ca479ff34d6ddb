import type { SeedsResult } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { percent } from './numbers.js';
import { pairs } from './text-table.js';

/** How much the test accuracy varies with the seed, and which seed is stored and why. Empty with one seed. */
export function seedsView(result: SeedsResult | null, style: Style): string {
  if (result === null) return '';
  const { seeds, test_accuracy: accuracy, net_return: money } = result;
  const stored = seeds.find((seed) => seed.stored)!;
  const which = `${seeds.length} seeds (${seeds[0]!.seed} to ${seeds.at(-1)!.seed})`;
  return pairs(
    [
      [
        'seeds',
        `${style.bold(percent(accuracy.mean))} ± ${percent(accuracy.std)} accuracy over ${which}, worst ${percent(accuracy.worst)}`,
      ],
      [
        '',
        money === null
          ? null
          : `${percent(money.mean)} ± ${percent(money.std)} net return on the test part, worst ${percent(money.worst)}`,
      ],
      [
        'stored seed',
        `${stored.seed} (${percent(stored.test_accuracy)}): lowest validation loss, ${stored.val_loss.toPrecision(4)}`,
      ],
    ],
    style,
  );
}
