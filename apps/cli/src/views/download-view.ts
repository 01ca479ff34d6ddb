import { printable, type DataSource, type DownloadResult } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, counted, moment } from './numbers.js';
import { pairs, textTable } from './text-table.js';

/** What a download has stored, and what the user should know. */
export function downloadView({ source, requests, stored, notes }: DownloadResult, style: Style): string {
  const lines = stored.map(({ file, rows, first, last, added, replaced, unchanged }) =>
    pairs(
      [
        ['file', printable(file)],
        ['bars', `${count(rows)}, ${moment(first)} to ${moment(last)}`],
        ['added', count(added)],
        ['replaced', replaced === 0 ? null : count(replaced)],
        ['unchanged', unchanged === 0 ? null : count(unchanged)],
        ['source', printable(`${source}, ${counted(requests, 'request')}`)],
      ],
      style,
    ),
  );
  return [...lines, ...notes.map((note) => `  ${style.yellow('note:')} ${printable(note)}`)].join('\n');
}

/** One line for each source. */
export function sourcesView(sources: readonly DataSource[], style: Style): string {
  if (sources.length === 0)
    return 'No sources. The operator of the API sets DATA_SOURCES, for example to binance,kraken.';
  return textTable(
    [{ head: 'source' }, { head: 'timeframes' }, { head: 'hosts' }, { head: 'terms' }],
    sources.map(({ name, timeframes, hosts, terms }) =>
      [name, timeframes.join(' '), hosts.join(' '), terms ?? '-'].map(printable),
    ),
    style,
  );
}
