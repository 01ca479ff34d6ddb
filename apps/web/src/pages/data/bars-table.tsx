import { barsOriginChoices, type BarsInfo, type DataReport } from '@ktrdr/contracts';
import { barsAddress } from '../../bars/bars-address.js';
import { FindingsBadge } from '../../bars/findings-badge.js';
import { BarTime } from '../../components/bar-time.js';
import { TableBox } from '../../components/table-box.js';
import { formatNumber, UNKNOWN } from '../../format/numbers.js';
import { barsKey } from './bars-filter.js';

interface BarsTableProps {
  bars: readonly BarsInfo[];
  /** By key; files that are being checked have none yet. */
  reports: ReadonlyMap<string, DataReport>;
}

/** One row for each file of bars. */
export function BarsTable({ bars, reports }: BarsTableProps) {
  return (
    <TableBox label="Bars">
      <table class="bars-table" aria-label="Bars">
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Timeframe</th>
            <th scope="col">First bar</th>
            <th scope="col">Last bar</th>
            <th scope="col" class="number">
              Bars
            </th>
            <th scope="col">Check</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((info) => (
            <BarsRow key={barsKey(info)} info={info} report={reports.get(barsKey(info))} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function BarsRow({ info, report }: { info: BarsInfo; report: DataReport | undefined }) {
  const { symbol, timeframe, rows, first, last, problem } = info;
  return (
    <tr>
      <th scope="row">
        <a href={barsAddress(info)}>{symbol}</a>
      </th>
      <td>{timeframe}</td>
      <td class="bars-time">
        <BarTime time={first} />
      </td>
      <td class="bars-time">
        <BarTime time={last} />
      </td>
      <td class="number">{formatNumber(rows)}</td>
      <td>
        {problem !== null ? (
          <span class="field-error">cannot be read: {problem}</span>
        ) : report === undefined ? (
          <span class="muted">checking</span>
        ) : (
          <div class="bars-check">
            <FindingsBadge findings={report.findings} />
          </div>
        )}
      </td>
      <td>
        <Origin info={info} />
      </td>
    </tr>
  );
}

function Origin({ info: { origins, changed_since } }: { info: BarsInfo }) {
  const [newest] = origins;
  if (newest === undefined) return <span class="muted">{UNKNOWN}</span>;
  const choices = barsOriginChoices(newest);
  return (
    <div class="bars-origin">
      {newest.kind === 'import' ? newest.from : `${newest.kind}: ${newest.from}`}
      {choices !== null && <span class="muted">; {choices}</span>}
      {changed_since && <span class="findings-badge findings-warning"> changed since</span>}
    </div>
  );
}
