import {
  importColumnsText,
  importTimesText,
  type ImportedBars,
  type ImportPreview,
  type PreviewBar,
} from '@ktrdr/contracts';
import { Fragment, type ComponentChildren } from 'preact';
import { Note } from '../../components/note.js';
import { TableBox } from '../../components/table-box.js';
import { counted, formatNumber } from '../../format/numbers.js';
import { alikePrices, filePrices } from '../../format/prices.js';
import { inWordsOfForm } from './option-words.js';
import { previewTime } from './preview-time.js';

/** Rows that are left out, and symbols, that are named. */
const MOST_ROWS = 5;
const MOST_SYMBOLS = 10;

interface PreviewViewProps {
  preview: ImportPreview;
  /** True while a newer preview is on its way. */
  isOld: boolean;
}

/** What the import understood of a file. */
export function PreviewView({ preview, isOld }: PreviewViewProps) {
  const [first] = preview.bars;
  return (
    <div class={`preview ${isOld ? 'preview-old' : ''}`} aria-busy={isOld}>
      <dl class="facts">
        {factsOf(preview).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {preview.bars.length > 1 && <SymbolsTable bars={preview.bars} />}
      {first !== undefined && first.preview.length > 0 && <BarsPreview bars={first} />}
      {preview.notes.map((note) => (
        <Note key={note} kind="info">
          {inWordsOfForm(note)}
        </Note>
      ))}
    </div>
  );
}

function factsOf(preview: ImportPreview): [name: string, value: ComponentChildren][] {
  const { format, ignored_columns, left_out_rows, bars } = preview;
  const facts: [string, ComponentChildren][] = [
    ['Format', format],
    ['Columns', importColumnsText(preview)],
  ];
  if (ignored_columns.length > 0) facts.push(['Not used', ignored_columns.join(', ')]);
  facts.push(['Times', importTimesText(preview)]);
  if (left_out_rows > 0) facts.push(['Left out', <LeftOut preview={preview} />]);
  const [one] = bars;
  if (bars.length === 1 && one !== undefined) {
    facts.push(
      ['Symbol', one.symbol],
      ['Timeframe', one.timeframe ?? 'unknown'],
      ['Range', one.rows === 0 ? 'no bars' : `${previewTime(one.first)} to ${previewTime(one.last)}`],
      ['Bars', formatNumber(one.rows)],
    );
  }
  return facts;
}

function LeftOut({ preview: { left_out_rows: rows, left_out: left } }: { preview: ImportPreview }) {
  const shown = left.slice(0, MOST_ROWS);
  return (
    <>
      {counted(rows, 'row')}
      <ul>
        {shown.map(({ line, reason }) => (
          <li key={line}>
            line {formatNumber(line)}: {reason}
          </li>
        ))}
        {rows > shown.length && <li>and {formatNumber(rows - shown.length)} more</li>}
      </ul>
    </>
  );
}

function SymbolsTable({ bars }: { bars: readonly ImportedBars[] }) {
  const more = bars.length - MOST_SYMBOLS;
  return (
    <TableBox label="Symbols of the file">
      <table aria-label="Symbols of the file">
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Timeframe</th>
            <th scope="col" class="number">
              Bars
            </th>
            <th scope="col">First bar</th>
            <th scope="col">Last bar</th>
          </tr>
        </thead>
        <tbody>
          {bars.slice(0, MOST_SYMBOLS).map(({ symbol, timeframe, rows, first, last }) => (
            <tr key={symbol}>
              <th scope="row">{symbol}</th>
              <td>{timeframe ?? 'unknown'}</td>
              <td class="number">{formatNumber(rows)}</td>
              <td>{previewTime(first)}</td>
              <td>{previewTime(last)}</td>
            </tr>
          ))}
          {more > 0 && (
            <tr>
              <td colSpan={5}>and {counted(more, 'more symbol')}</td>
            </tr>
          )}
        </tbody>
      </table>
    </TableBox>
  );
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** The first bars and the last one. Times are in UTC or as the file has them, so that one can compare them with the file. */
function BarsPreview({ bars: { symbol, rows, preview } }: { bars: ImportedBars }) {
  const price = filePrices(preview.flatMap(({ open, high, low, close }) => [open, high, low, close]));
  const volume = alikePrices(preview.map((bar) => bar.volume));
  const isCut = rows > preview.length;
  return (
    <TableBox label={`First and last bars of ${symbol}`}>
      <table aria-label={`First and last bars of ${symbol}`}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {[...PRICES, 'volume'].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.map((bar: PreviewBar, index) => (
            <Fragment key={bar.time}>
              {isCut && index === preview.length - 1 && (
                <tr>
                  <td colSpan={6} class="muted">
                    {counted(rows - preview.length, 'more bar')}
                  </td>
                </tr>
              )}
              <tr>
                <th scope="row">{previewTime(bar.time)}</th>
                {PRICES.map((name) => (
                  <td key={name} class="number">
                    {price(bar[name])}
                  </td>
                ))}
                <td class="number">{volume(bar.volume)}</td>
              </tr>
            </Fragment>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
