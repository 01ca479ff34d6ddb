import { accuracyText, type MoneyVerdict, simplerModelText, type Verdict } from '@ktrdr/contracts';

/** The answers to the parts of the question. */
export interface Findings {
  /** More accurate than every uninformed baseline. */
  accurate: boolean;
  /** Earned more than luck explains; `null` if the labels are not trading decisions. */
  earned: boolean | null;
  /** There is enough data to find an edge of the stated size. */
  enoughRows: boolean;
  enoughTrades: boolean;
}

type Judged = Omit<Verdict, 'reasons'>;

/** The verdict in sentences, the most important first. The first one is the whole answer. */
export function reasonsOf(verdict: Judged, findings: Findings): string[] {
  const { accuracy, simpler_model: simpler, money, rows, trials_on_these_bars: trials, seeds } = verdict;
  return [
    headline(verdict, findings),
    accuracyText(accuracy, rows),
    money === null
      ? 'The labels are not trading decisions, so there is no profit to judge.'
      : moneyText(verdict, money),
    ...(verdict.label === 'edge' ? [] : [powerText(verdict)]),
    simplerModelText(simpler, accuracy.measure),
    ...(trials > 1 && money !== null
      ? [
          `${count(trials)} different trainings and backtests were judged on these bars: the deflated Sharpe ratio corrects for choosing the best of them.`,
        ]
      : []),
    ...(seeds === 1 ? ['Only one seed was trained: another seed can give another answer.'] : []),
  ];
}

function headline(verdict: Judged, { accurate, earned, enoughRows, enoughTrades }: Findings): string {
  const { label, rows, trades, power } = verdict;
  const data =
    verdict.money === null ? counted(rows, 'row') : `${counted(rows, 'row')}, ${counted(trades, 'trade')}`;
  switch (label) {
    case 'edge':
      return `Edge found: more accurate than the best baseline, and more profitable after costs than luck explains (${data}, on bars that the model has not seen).`;
    case 'no_edge':
      return `No edge found: ${lack(verdict, { accurate, earned })} (${data}, on bars that the model has not seen).`;
    case 'too_little_data': {
      const missing = [
        ...(accurate || enoughRows ? [] : [neededText(rows, power.rows_needed, 'row')]),
        ...(earned === true || enoughTrades ? [] : [neededText(trades, power.trades_needed, 'trade')]),
      ];
      return `Too little data to tell: ${missing.join(', and ')}.`;
    }
  }
}

/** What the model has not shown. */
function lack(
  { accuracy, money, trades }: Judged,
  { accurate, earned }: Pick<Findings, 'accurate' | 'earned'>,
): string {
  const worse = accuracy.better === 'worse';
  const baseline = worse
    ? 'the model is worse than the best baseline'
    : 'the model is not distinguishable from the best baseline';
  if (money === null)
    return accurate ? 'the labels are not trading decisions, so there is no profit to judge' : baseline;
  const luck =
    trades === 0
      ? 'it makes no trades'
      : money.net_return < 0
        ? `its trades lost ${percent(-money.net_return)} after costs`
        : 'its profit is not distinguishable from luck';
  if (accurate) return `the model is more accurate than the best baseline, but ${luck}`;
  if (earned === true) return `${baseline}, although luck does not explain its profit`;
  return `${baseline}, and ${luck}`;
}

/** `735 rows where about 2,100 are needed` */
function neededText(there: number, needed: number | null, what: string): string {
  if (needed === null) return `${counted(there, what)}, and the number needed is unknown`;
  return `${counted(there, what)} where about ${count(needed)} are needed`;
}

function moneyText({ trades, alpha }: Judged, money: MoneyVerdict): string {
  const {
    net_return,
    buy_and_hold_return,
    random_entries_p_value: random,
    deflated_sharpe: deflated,
  } = money;
  const earned = `After costs the model ${earnedText(net_return)} with ${counted(trades, 'trade')}; buy and hold ${earnedText(buy_and_hold_return)}.`;
  if (random === null) return earned;
  const ratio =
    deflated === null
      ? ''
      : `, and the deflated Sharpe ratio is ${deflated.toFixed(3)} (above ${1 - alpha} is more than luck)`;
  return `${earned} ${percent(random)} of random entries earned at least as much (below ${percent(alpha)} is more than luck)${ratio}.`;
}

function powerText({ accuracy, power, money }: Judged): string {
  const { accuracy_difference: size, trade_edge: edge, rows_needed: rows, trades_needed: trades } = power;
  const unit =
    accuracy.measure === 'accuracy'
      ? `${percentPoints(size)} points of accuracy`
      : `${percentPoints(size)} % of the baseline's error`;
  const takes = (needed: number | null, what: string): string =>
    needed === null ? `an unknown number of ${what}s` : `about ${counted(needed, what)}`;
  const money_ =
    money === null ? '' : `; a mean trade of ${edge} standard deviations takes ${takes(trades, 'trade')}`;
  return `To be found in four of five cases, an edge of ${unit} takes ${takes(rows, 'row')}${money_}.`;
}

function earnedText(netReturn: number): string {
  return netReturn < 0 ? `lost ${percent(-netReturn)}` : `earned ${percent(netReturn)}`;
}

function percentPoints(share: number): string {
  return String(Number((100 * share).toPrecision(3)));
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function counted(value: number, one: string): string {
  return `${count(value)} ${value === 1 ? one : `${one}s`}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
