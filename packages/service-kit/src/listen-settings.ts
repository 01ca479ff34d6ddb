import { isLoopback } from './http/host-name.js';
import { readLimitSettings, type LimitSettings } from './limits/limit-settings.js';
import type { SettingsReader } from './settings-reader.js';
import { readTlsFiles, type TlsFiles } from './tls/certificate.js';

/** Where a service listens, and who may reach it how. */
export interface ListenSettings {
  host: string;
  port: number;
  /**
   * The address under which others reach the service: `host`, or the address that a container's port is published on.
   * Access depends on it, see {@link isExposed}.
   */
  publishAddress: string;
  /** Additional host names of the service, for example of a proxy or a container. Lower case. */
  allowedHosts: readonly string[];
  /** `null`: plain HTTP. */
  tls: TlsFiles | null;
  /** Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count. */
  trustedProxies: readonly string[];
  /** Origins whose pages may read answers. */
  corsOrigins: readonly string[];
  requestLimits: LimitSettings;
}

/** True if the service can be reached from other machines, so that every request needs a token. */
export function isExposed({ publishAddress }: Pick<ListenSettings, 'publishAddress'>): boolean {
  return !isLoopback(publishAddress.toLowerCase());
}

/**
 * Reads `HOST`, `PORT`, `PUBLISH_ADDRESS`, `ALLOWED_HOSTS`, `TLS_CERT_FILE`, `TLS_KEY_FILE`, `TRUSTED_PROXIES` and `CORS_ORIGINS`.
 *
 * @throws KtrdrError `invalid_setting`
 */
export function readListenSettings(read: SettingsReader, defaultPort: number): ListenSettings {
  const host = read.text('HOST', '127.0.0.1');
  return {
    host,
    port: read.integer('PORT', defaultPort, { min: 0, max: 65_535 }),
    publishAddress: read.text('PUBLISH_ADDRESS', host),
    allowedHosts: read.hostNames('ALLOWED_HOSTS'),
    tls: readTlsFiles(read),
    trustedProxies: read.networks('TRUSTED_PROXIES'),
    corsOrigins: read.origins('CORS_ORIGINS'),
    requestLimits: readLimitSettings(read),
  };
}
