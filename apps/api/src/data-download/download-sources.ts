import { KtrdrError, shown, type Clock, type DataSource } from '@ktrdr/contracts';
import { SourceClient, type BarsSource } from '@ktrdr/data-download';
import { AddressPolicy, OutboundClient } from '@ktrdr/outbound';
import type { DataSourceSettings } from './data-source-settings.js';

/** A source and the connections to it, which all downloads share. */
export interface OpenSource {
  source: BarsSource;
  client: SourceClient;
}

/** The sources that the operator has configured. Nothing is contacted before a download. */
export class DownloadSources {
  private readonly connections: OutboundClient[] = [];
  private readonly open = new Map<string, OpenSource>();

  constructor({ sources, privateNetworks, ignoresProxy }: DataSourceSettings, clock: Clock) {
    const policy = new AddressPolicy(privateNetworks);
    const hint = ignoresProxy ? ' The environment names a proxy, which downloads do not use.' : '';
    for (const [name, source] of sources) {
      const { hosts, requests_per_minute: perMinute } = source.description;
      const http = new OutboundClient({ policy, hosts });
      this.connections.push(http);
      this.open.set(name, { source, client: new SourceClient(name, perMinute, http, clock, hint) });
    }
  }

  list(): DataSource[] {
    return [...this.open.values()].map(({ source }) => source.description);
  }

  /** @throws KtrdrError `source_not_found` */
  get(name: string): OpenSource {
    const found = this.open.get(name);
    if (found !== undefined) return found;
    const names = [...this.open.keys()];
    const choices =
      names.length === 0
        ? 'This API has no sources. Its operator can set DATA_SOURCES, for example to binance,kraken, and restart it (docs/download.md).'
        : `Choose one of ${names.join(', ')}, or add it to DATA_SOURCES or DATA_SOURCES_FILE (docs/download.md).`;
    throw new KtrdrError('source_not_found', `There is no source ${shown(name)}. ${choices}`, {
      details: { source: name.slice(0, 64), sources: names },
    });
  }

  onModuleDestroy(): void {
    for (const http of this.connections) http.close();
  }
}
