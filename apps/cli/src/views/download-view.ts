import { printable, type DataSource, type DownloadResult } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { storedBarsView } from './bars-view.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

/** What a download has stored, and what the user should know. */
export function downloadView({ source, requests, stored, notes }: DownloadResult, style: Style): string {
  return [
    ...(stored.length === 0 ? [] : [storedBarsView(stored, style), '']),
    `  ${printable(`From ${source}, with ${counted(requests, 'request')}.`)}`,
    ...notes.map((note) => `  ${style.yellow('note:')} ${printable(note)}`),
  ].join('\n');
}

/** One line for each source. */
export function sourcesView(sources: readonly DataSource[], { columns, style }: Screen): string {
  if (sources.length === 0)
    return 'No sources. The operator of the API can set DATA_SOURCES, for example to binance,kraken.';
  return textTable(
    [
      { head: 'source' },
      { head: 'timeframes', least: 12 },
      { head: 'hosts', least: 16, drop: 1 },
      { head: 'terms', least: 20 },
    ],
    sources.map(({ name, timeframes, hosts, terms }) =>
      [name, timeframes.join(' '), hosts.join(' '), terms ?? '-'].map(printable),
    ),
    style,
    columns,
  );
}
