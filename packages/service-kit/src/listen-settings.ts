import type { SettingsReader } from './settings-reader.js';

/** Where a service listens, and its additional host names. */
export interface ListenSettings {
  host: string;
  port: number;
  /** Additional host names of the service, for example of a proxy or a container. Lower case. */
  allowedHosts: readonly string[];
}

/** Reads `HOST`, `PORT` and `ALLOWED_HOSTS`. @throws KtrdrError `invalid_setting` */
export function readListenSettings(read: SettingsReader, defaultPort: number): ListenSettings {
  return {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', defaultPort, { min: 0, max: 65_535 }),
    allowedHosts: read.hostNames('ALLOWED_HOSTS'),
  };
}
