import type { StoredBars } from '@ktrdr/contracts';
import { BarTime } from '../components/bar-time.js';
import { TableBox } from '../components/table-box.js';
import { formatNumber } from '../format/numbers.js';
import { barsAddress } from './bars-address.js';

const COUNTS = ['added', 'replaced', 'kept', 'unchanged'] as const;

/** What an import, a download or a resampling has stored, one row for each file. Counts that are 0 everywhere have no column. */
export function StoredTable({ stored }: { stored: readonly StoredBars[] }) {
  const counts = COUNTS.filter((name) => stored.some((one) => (one[name] ?? 0) > 0));
  return (
    <TableBox label="Stored bars">
      <table aria-label="Stored bars">
        <thead>
          <tr>
            <th scope="col">Bars of</th>
            <th scope="col">First bar</th>
            <th scope="col">Last bar</th>
            <th scope="col" class="number">
              Bars
            </th>
            {counts.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stored.map((one) => (
            <tr key={one.file}>
              <th scope="row">
                <a href={barsAddress(one)}>
                  {one.symbol} {one.timeframe}
                </a>
              </th>
              <td>
                <BarTime time={one.first} />
              </td>
              <td>
                <BarTime time={one.last} />
              </td>
              <td class="number">{formatNumber(one.rows)}</td>
              {counts.map((name) => (
                <td key={name} class="number">
                  {formatNumber(one[name] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
