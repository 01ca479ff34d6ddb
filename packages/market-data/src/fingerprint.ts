import { createHash } from 'node:crypto';
import { type BarsFingerprint } from '@ktrdr/contracts';
import { openBarsFile } from './bars-access.js';

const CHUNK_BYTES = 1 << 18;

/**
 * SHA-256 of a bars file, as a hex string; the file is streamed. Equal fingerprints mean that two machines use the same
 * bars. Throws `invalid_name`, `bars_not_found`, `bars_invalid`.
 */
export async function fingerprintBars(
  dataDir: string,
  symbol: string,
  timeframe: string,
): Promise<BarsFingerprint> {
  const file = await openBarsFile({ dataDir, symbol, timeframe });
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const bytesRead = await file.readNext(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return { symbol, timeframe, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
