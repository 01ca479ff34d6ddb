import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import type { LoggerService } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import { readCertificate, type TlsFiles } from './certificate.js';

/** Time between two looks at the files, ms. */
const LOOK_MS = 10_000;

/**
 * Uses a renewed certificate for new connections, without a restart, when one of its files changes. A certificate that is not
 * valid, or whose key was not replaced yet, is reported, and the previous one stays.
 *
 * @returns ends the watch
 */
export function renewCertificate(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  { clock, logger, lookMs = LOOK_MS }: { clock: Clock; logger: LoggerService; lookMs?: number },
): () => void {
  const renew = (): void => {
    try {
      server.setSecureContext({ ...readCertificate(files, clock.now()), minVersion: MIN_TLS_VERSION });
      logger.log(`uses the certificate in ${files.certFile} from now on`, 'Service');
    } catch (error) {
      logger.warn(`keeps the previous certificate: ${(error as Error).message}`, 'Service');
    }
  };
  const watched = [files.certFile, files.keyFile];
  // not fs.watch: a renewal usually replaces a link or renames a file
  for (const file of watched) watchFile(file, { interval: lookMs, persistent: false }, renew);
  return () => {
    for (const file of watched) unwatchFile(file, renew);
  };
}

/** Older versions are broken (RFC 8996). */
export const MIN_TLS_VERSION = 'TLSv1.2';
