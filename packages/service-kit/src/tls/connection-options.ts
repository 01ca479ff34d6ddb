import { systemClock } from '@ktrdr/orchestrator';
import type { ListenSettings } from '../listen-settings.js';
import { readCertificate } from './certificate.js';
import { MIN_TLS_VERSION } from './renew-certificate.js';

/** The guard rejects a missing Host header with an explanation. */
const SERVER = { requireHostHeader: false };

/** Options of Fastify for HTTP or HTTPS, and for proxies. @throws KtrdrError `invalid_setting` */
export function connectionOptions({ tls, trustedProxies }: Pick<ListenSettings, 'tls' | 'trustedProxies'>) {
  return {
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    ...(tls === null
      ? { http: SERVER }
      : { https: { ...SERVER, ...readCertificate(tls, systemClock.now()), minVersion: MIN_TLS_VERSION } }),
  } as const;
}
