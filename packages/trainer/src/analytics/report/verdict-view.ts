import type { Verdict } from '@ktrdr/contracts';
import { escapeHtml, figure, percent, table } from './html.js';

/** The page is written by the training, which does not know the ledger of trials. */
const ONE_TRIAL =
  'This page counts one trial on these bars. "ktrdr models show" prints the verdict that counts all earlier trials too.';

/** The answer: its sentences, and the figures behind them. The first sentence is the headline, the next one says what it leaves out. */
export function verdictView(verdict: Verdict): string {
  const [headline = '', ...reasons] = verdict.reasons;
  const { accuracy, simpler_model: simpler, money } = verdict;
  const classes = accuracy.measure === 'accuracy';
  const score = classes ? percent : figure;
  const points = (value: number): string => (classes ? (100 * value).toFixed(1) : figure(value));
  const difference = (value: number, [low, high]: readonly [number, number]): string =>
    `${points(value)}${classes ? ' points' : ''}, ${points(low)} to ${points(high)}`;
  const rows: [string, string][] = [
    [accuracy.measure.replaceAll('_', ' '), score(accuracy.model)],
    [`best baseline (${accuracy.best_baseline.replaceAll('_', ' ')})`, score(accuracy.baseline)],
    ['difference, 95 % interval', difference(accuracy.difference, accuracy.interval)],
    ['p-value', figure(accuracy.p_value)],
    [
      `difference to ${simpler.name.replaceAll('_', ' ')}, 95 % interval`,
      difference(simpler.difference, simpler.interval),
    ],
    ...(money === null
      ? []
      : ([
          ['net return', percent(money.net_return)],
          ['buy and hold', percent(money.buy_and_hold_return)],
          [
            'random entries, p-value',
            money.random_entries_p_value === null ? '-' : figure(money.random_entries_p_value),
          ],
          ['deflated Sharpe ratio', money.deflated_sharpe === null ? '-' : money.deflated_sharpe.toFixed(3)],
        ] satisfies [string, string][])),
    ['rows', verdict.rows.toLocaleString('en-US')],
    ['trades', verdict.trades.toLocaleString('en-US')],
    ['seeds', String(verdict.seeds)],
  ];
  return (
    `<p class="verdict">${escapeHtml(headline)}</p>` +
    [ONE_TRIAL, ...reasons].map((reason) => `<p>${escapeHtml(reason)}</p>`).join('') +
    table(['', ''], rows)
  );
}
