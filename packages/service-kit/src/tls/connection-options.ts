import { systemClock } from '@ktrdr/orchestrator';
import type { ListenSettings } from '../listen-settings.js';
import { readCertificate } from './certificate.js';
import { MIN_TLS_VERSION } from './renew-certificate.js';

const SERVER = {
  // the guard rejects a missing Host header with an explanation
  requireHostHeader: false,
  // connections without complete headers get a 408; Node looks for them every few seconds
  headersTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
};

/** A handshake takes part of a second. */
const HANDSHAKE_MS = 10_000;

/** Options of Fastify for HTTP or HTTPS, and for proxies. @throws KtrdrError `invalid_setting` */
export function connectionOptions({
  tls,
  trustedProxies,
  gateway,
}: Pick<ListenSettings, 'tls' | 'trustedProxies' | 'gateway'>) {
  const trusted = [...trustedProxies, ...gateway];
  return {
    trustProxy: trusted.length === 0 ? false : trusted,
    ...(tls === null
      ? { http: SERVER }
      : {
          https: {
            ...SERVER,
            handshakeTimeout: HANDSHAKE_MS,
            ...readCertificate(tls, systemClock.now()),
            minVersion: MIN_TLS_VERSION,
          },
        }),
  } as const;
}
