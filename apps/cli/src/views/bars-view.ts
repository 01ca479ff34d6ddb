import {
  barsOriginChoices,
  isGrave,
  oneLine,
  printable,
  shellWord,
  type BarsDetails,
  type BarsInfo,
  type BarsOrigin,
  type StoredBars,
} from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { count, counted, fileSize, instant, moment, period } from './numbers.js';
import { priceChart } from './price-chart.js';
import { pairs, textTable } from './text-table.js';

/** Characters of a fingerprint that are shown: enough to tell files apart. */
export const FINGERPRINT_CHARACTERS = 12;
const MOST_MODELS = 5;
const MOST_ORIGINS = 5;

/** One line for each bars file. */
export function barsListView(bars: readonly BarsInfo[], { columns, style }: Screen): string {
  if (bars.length === 0) return 'No bars yet. Import your own: ktrdr data import FILE';
  const right = { align: 'right' as const };
  const anyChoices = bars.some((info) => choicesText(info) !== '-');
  const anyChanged = bars.some((info) => info.changed_since);
  const dates = (time: string | null): string => (time === null ? '-' : moment(time));
  const table = textTable(
    [
      { head: 'symbol', least: 8 },
      { head: 'timeframe' },
      { head: 'first (UTC)', least: 11, drop: 1 },
      { head: 'last (UTC)', least: 11 },
      { head: 'bars', ...right },
      { head: 'size', ...right, drop: 3 },
      { head: 'from', least: 12, cut: 'middle' },
      ...(anyChoices ? [{ head: 'read as', least: 12, drop: 2 }] : []),
      ...(anyChanged ? [{ head: '' }] : []),
    ],
    bars.map((info) => [
      printable(info.symbol),
      info.timeframe,
      dates(info.first),
      dates(info.last),
      info.rows === null ? '-' : count(info.rows),
      fileSize(info.bytes),
      fromText(info, style),
      ...(anyChoices ? [choicesText(info)] : []),
      ...(anyChanged ? [info.changed_since ? style.yellow('changed') : ''] : []),
    ]),
    style,
    columns,
  );
  const problems = bars
    .filter(({ problem }) => problem !== null)
    .map(({ problem }) => style.red(`  ${printable(oneLine(problem ?? ''))}`));
  return [table, ...problems].join('\n');
}

function fromText({ origins, problem }: BarsInfo, style: Style): string {
  if (problem !== null) return style.red('cannot be read');
  const [newest] = origins;
  return newest === undefined ? '-' : printable(newest.from);
}

/** `all prices adjusted, times in America/New_York` */
function choicesText({ origins: [newest] }: BarsInfo): string {
  return (newest === undefined ? null : barsOriginChoices(newest)) ?? '-';
}

/** One bars file: facts, origins, report, chart, models. */
export function barsView(
  { info, report, chart, models }: BarsDetails,
  { columns, unicode, style }: { columns: number; unicode: boolean; style: Style },
): string {
  const { symbol, timeframe, rows, first, last } = info;
  const range = first === null || last === null ? null : period(first, last);
  const sections = [
    `${style.bold(printable(`${symbol} ${timeframe}`))}${rows === null ? '' : `   ${counted(rows, 'bar')}`}${range === null ? '' : `, ${range}`}`,
    priceChart(chart, { columns: Number.isFinite(columns) ? columns : 80, unicode, style, last }),
    pairs(
      [
        ['file', printable(`${info.file}, ${fileSize(info.bytes)}`)],
        ['fingerprint', info.sha256.slice(0, FINGERPRINT_CHARACTERS)],
        ['problem', info.problem === null ? null : style.red(printable(info.problem))],
        ['from', originsText(info, style)],
        ['check', checkText(report, style)],
        ['models', modelsText(models, style)],
      ],
      style,
    ),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function originsText({ origins, changed_since }: BarsInfo, style: Style): string {
  const changed = changed_since ? [style.yellow('the file has changed since ktrdr wrote it')] : [];
  if (origins.length === 0) return [...changed, 'unknown, because ktrdr did not write the file'].join('\n');
  const lines = origins.slice(0, MOST_ORIGINS).map(originText);
  const more = origins.length - lines.length;
  return [...changed, ...lines, ...(more > 0 ? [`and ${more} earlier`] : [])].join('\n');
}

function originText(origin: BarsOrigin): string {
  const { kind, from, sha256, profile, at, rows } = origin;
  const choices = barsOriginChoices(origin);
  const hash = sha256 === null ? '' : ` (${sha256.slice(0, FINGERPRINT_CHARACTERS)})`;
  const by = profile === null ? '' : `, profile ${profile}`;
  return printable(
    `${instant(at)}   ${kind} ${kind === 'download' ? 'from' : 'of'} ${from}${hash}, ${counted(rows, 'bar')}${by}${choices === null ? '' : `; ${choices}`}`,
  );
}

function checkText({ findings, symbol, timeframe }: BarsDetails['report'], style: Style): string {
  if (findings.length === 0) return style.green('nothing unusual');
  const grave = findings.filter(isGrave);
  const kinds = findings.map(({ kind, severity }) => {
    const colour = { error: style.red, warning: style.yellow, note: style.dim }[severity];
    return colour(kind.replaceAll('_', ' '));
  });
  return `${kinds.join(', ')}${grave.length === 0 ? '' : style.red(' (grave)')}: ktrdr data check ${shellWord(symbol)} ${timeframe}`;
}

function modelsText(models: BarsDetails['models'], style: Style): string | null {
  if (models.length === 0) return null;
  const lines = models
    .slice(0, MOST_MODELS)
    .map(({ model, same_file }) =>
      same_file
        ? printable(model)
        : `${printable(model)} ${style.yellow('(the file has changed since the training)')}`,
    );
  const more = models.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

const COUNTS = ['rows', 'added', 'replaced', 'kept', 'unchanged'] as const;

/** What was stored: a line for each file. Counts that are 0 for all files have no column. */
export function storedBarsView(stored: readonly StoredBars[], style: Style): string {
  const counts = COUNTS.filter((name) => name === 'rows' || stored.some((one) => (one[name] ?? 0) > 0));
  return textTable(
    [
      { head: 'file' },
      { head: 'first (UTC)' },
      { head: 'last (UTC)' },
      ...counts.map((name) => ({ head: name === 'rows' ? 'bars' : name, align: 'right' as const })),
    ],
    stored.map((one) => [
      printable(one.file),
      moment(one.first),
      moment(one.last),
      ...counts.map((name) => count(one[name] ?? 0)),
    ]),
    style,
  );
}
