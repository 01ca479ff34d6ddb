import {
  isGrave,
  oneLine,
  printable,
  shellWord,
  type BarsDetails,
  type BarsInfo,
  type BarsOrigin,
  type StoredBars,
} from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, counted, fileSize, moment } from './numbers.js';
import { priceChart } from './price-chart.js';
import { pairs, textTable } from './text-table.js';

const FINGERPRINT_CHARACTERS = 12;
const MOST_MODELS = 5;
const MOST_ORIGINS = 5;
/** Spaces before each column of a table. */
const GAP = 2;
const SHORTEST_NAME = 8;

/** One line for each bars file. */
export function barsListView(bars: readonly BarsInfo[], columns: number, style: Style): string {
  if (bars.length === 0) return 'No bars yet. Import your own: ktrdr data import FILE';
  const wide = columns >= 100;
  const right = { align: 'right' as const };
  const facts = bars.map((info) => [
    printable(info.symbol),
    info.timeframe,
    info.first === null ? '-' : moment(info.first).slice(0, wide ? undefined : 10),
    info.last === null ? '-' : moment(info.last).slice(0, wide ? undefined : 10),
    info.rows === null ? '-' : count(info.rows),
    ...(wide ? [fileSize(info.bytes)] : []),
  ]);
  const heads = ['symbol', 'timeframe', 'first', 'last', 'bars', 'size'];
  const widths = facts[0]!.map((_, column) =>
    Math.max(heads[column]!.length, ...facts.map((cells) => cells[column]!.length)),
  );
  const room = columns - 1 - widths.reduce((sum, width) => sum + GAP + width, GAP);
  const table = textTable(
    [
      { head: 'symbol' },
      { head: 'timeframe' },
      { head: 'first' },
      { head: 'last' },
      { head: 'bars', ...right },
      ...(wide ? [{ head: 'size', ...right }] : []),
      { head: 'from' },
    ],
    facts.map((cells, index) => [...cells, fromText(bars[index]!, room, style)]),
    style,
  );
  const problems = bars
    .filter(({ problem }) => problem !== null)
    .map(({ problem }) => style.red(`  ${printable(oneLine(problem ?? ''))}`));
  return [table, ...problems].join('\n');
}

function fromText({ origins, changed_since, problem }: BarsInfo, room: number, style: Style): string {
  if (problem !== null) return style.red('cannot be read');
  const [newest] = origins;
  const changed = changed_since ? ' (changed)' : '';
  const from = newest === undefined ? '-' : printable(newest.from);
  return `${shortened(from, room - changed.length)}${style.yellow(changed)}`;
}

/** A long file name without its middle: its beginning and its end tell it from others. */
function shortened(name: string, width: number): string {
  const length = Math.max(SHORTEST_NAME, width);
  if (name.length <= length) return name;
  const tail = Math.floor((length - 3) / 2);
  return `${name.slice(0, length - 3 - tail)}...${name.slice(-tail)}`;
}

/** One bars file: facts, origins, report, chart, models. */
export function barsView(
  { info, report, chart, models }: BarsDetails,
  { columns, unicode, style }: { columns: number; unicode: boolean; style: Style },
): string {
  const { symbol, timeframe, rows, first, last } = info;
  const range = first === null || last === null ? null : `${moment(first)} to ${moment(last)}`;
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

function originText({ kind, from, sha256, profile, at, rows }: BarsOrigin): string {
  const hash = sha256 === null ? '' : ` (${sha256.slice(0, FINGERPRINT_CHARACTERS)})`;
  const by = profile === null ? '' : `, profile ${profile}`;
  return printable(
    `${moment(at)}   ${kind} ${kind === 'download' ? 'from' : 'of'} ${from}${hash}, ${counted(rows, 'bar')}${by}`,
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
      { head: 'first' },
      { head: 'last' },
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
