import { isLoopback } from './http/host-name.js';
import { readLimitSettings, type LimitSettings } from './limits/limit-settings.js';
import type { SettingsReader } from './settings-reader.js';
import { readTlsFiles, type TlsFiles } from './tls/certificate.js';

/** Where a service listens, and who may reach it how. */
export interface ListenSettings {
  host: string;
  port: number;
  /** The address that a container's port is published on; `null`: others reach the service at `host`. See {@link exposedBy}. */
  publishAddress: string | null;
  /** Additional host names of the service, for example of a proxy or a container. Lower case. */
  allowedHosts: readonly string[];
  /** `null`: plain HTTP. */
  tls: TlsFiles | null;
  /** Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count. Anyone may use these proxies. */
  trustedProxies: readonly string[];
  /** A proxy of the deployment itself, trusted like the others, but reached only at the `publishAddress`. */
  gateway: readonly string[];
  /** Origins whose pages may read answers. */
  corsOrigins: readonly string[];
  requestLimits: LimitSettings;
}

/** The setting with which other machines can reach the service, so that every request needs a token; `null` if they cannot. */
export function exposedBy({
  host,
  publishAddress,
  trustedProxies,
}: Pick<ListenSettings, 'host' | 'publishAddress' | 'trustedProxies'>): string | null {
  const address = publishAddress ?? host;
  if (!isLoopback(address.toLowerCase()))
    return `${publishAddress === null ? 'HOST' : 'PUBLISH_ADDRESS'}=${address}`;
  return trustedProxies.length === 0 ? null : `TRUSTED_PROXIES=${trustedProxies.join(',')}`;
}

/**
 * Reads `HOST`, `PORT`, `PUBLISH_ADDRESS`, `ALLOWED_HOSTS`, `TLS_CERT_FILE`, `TLS_KEY_FILE`, `TRUSTED_PROXIES`,
 * `GATEWAY_ADDRESS`, `CORS_ORIGINS` and the limits.
 *
 * @throws KtrdrError `invalid_setting`
 */
export function readListenSettings(read: SettingsReader, defaultPort: number): ListenSettings {
  return {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', defaultPort, { min: 0, max: 65_535 }),
    publishAddress: read.text('PUBLISH_ADDRESS', '') || null,
    allowedHosts: read.hostNames('ALLOWED_HOSTS'),
    tls: readTlsFiles(read),
    trustedProxies: read.networks('TRUSTED_PROXIES'),
    gateway: read.networks('GATEWAY_ADDRESS'),
    corsOrigins: read.origins('CORS_ORIGINS'),
    requestLimits: readLimitSettings(read),
  };
}
