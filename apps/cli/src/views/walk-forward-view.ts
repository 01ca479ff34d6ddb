import { printable, bestUninformed, type WalkForward } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, counted, percent } from './numbers.js';
import { pairs, textTable } from './text-table.js';

/** Each fold next to its best baseline, then mean and spread. */
export function walkForwardView(walkForward: WalkForward | null, style: Style): string {
  if (walkForward === null) return '';
  const { folds, test_accuracy: accuracy, test_loss: loss } = walkForward;
  const heads = ['train rows', 'test rows', 'accuracy', 'best baseline'];
  const table = textTable(
    [{ head: 'fold' }, { head: 'tested on' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    folds.map((fold) => [
      String(fold.fold),
      `${day(fold.test_start)} to ${day(fold.test_end)}`,
      count(fold.train_rows),
      count(fold.test_rows),
      percent(fold.test_accuracy),
      accuracyText(bestUninformed(fold.baselines)),
    ]),
    style,
  );
  const spread = pairs(
    [
      ['walk-forward windows', windows(walkForward)],
      [
        'walk-forward accuracy',
        `${style.bold(percent(accuracy.mean))} ± ${percent(accuracy.std)}` +
          style.dim(`   ${percent(accuracy.min)} to ${percent(accuracy.max)}`),
      ],
      [
        'walk-forward loss',
        `${loss.mean.toPrecision(3)} ± ${loss.std.toPrecision(3)}` +
          style.dim(`   ${loss.min.toPrecision(3)} to ${loss.max.toPrecision(3)}`),
      ],
    ],
    style,
  );
  return `${table}\n\n${spread}`;
}

/** `rolling, 2,000 bars, then a gap of 24 bars`. A result of an earlier version has growing windows without a gap, and does not say so. */
function windows({ window_bars: window = null, gap_bars: gap = 0 }: Partial<WalkForward>): string {
  const size = window === null ? 'growing' : `rolling, ${counted(window, 'bar')}`;
  return gap === 0 ? size : `${size}, then a gap of ${counted(gap, 'bar')}`;
}

function accuracyText(accuracy: number | null): string {
  return accuracy === null ? '-' : percent(accuracy);
}

function day(moment: string): string {
  return printable(moment.slice(0, 10));
}
