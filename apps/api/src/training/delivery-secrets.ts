import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { storageError, type BarsFingerprint } from '@ktrdr/contracts';

/** Secrets are removed after this long (ms). A delivery that was replaced or has ended is refused long before. */
const OLD_MS = 14 * 24 * 3_600_000;
const SECRET_BYTES = 32;

/** A delivery of a training to a host of the queue, and the bars that its strategy reads. */
export interface Delivery {
  operationId: string;
  attempt: number;
  delivery: number;
  bars: readonly Pick<BarsFingerprint, 'symbol' | 'timeframe'>[];
}

/**
 * Secrets with which hosts of the queue prove that they have a delivery. Only the SHA-256 hash of a secret is kept, as the name of
 * a file: `{stateDir}/deliveries/{hash}.json`. A lookup therefore takes the same path whatever operation the request names.
 */
export class DeliverySecrets {
  private readonly directory: string;
  /** Files of this process, by operation. */
  private readonly issued = new Map<string, string[]>();

  constructor(stateDir: string) {
    this.directory = resolve(stateDir, 'deliveries');
  }

  /**
   * Makes a secret of 256 random bits. A delivery may have several, because each process that starts its work makes one.
   *
   * @throws KtrdrError `disk_full`, `storage_failed`
   */
  async issue({ operationId, attempt, delivery, bars }: Delivery): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const file = this.fileOf(secret);
    const names = bars.map(({ symbol, timeframe }) => ({ symbol, timeframe }));
    const content: Delivery = { operationId, attempt, delivery, bars: names };
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.tmp`, JSON.stringify(content), { mode: 0o600 });
      await rename(`${file}.tmp`, file);
    } catch (error) {
      throw storageError(error, `writing the secret of a delivery of ${operationId}`, 'STATE_DIR');
    }
    this.issued.set(operationId, [...(this.issued.get(operationId) ?? []), file]);
    return secret;
  }

  /** The delivery with this secret; `null` if there is none. */
  async find(secret: string): Promise<Delivery | null> {
    try {
      return JSON.parse(await readFile(this.fileOf(secret), 'utf8')) as Delivery;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw storageError(error, 'reading the secret of a delivery', 'STATE_DIR');
    }
  }

  /**
   * Removes the secrets that this process has made for a training that has ended. Never throws: those that stay are useless,
   * because no delivery has them, and they are removed when they are old.
   */
  async remove(operationId: string, onProblem: (problem: string) => void): Promise<void> {
    for (const file of this.issued.get(operationId) ?? []) {
      await rm(file, { force: true }).catch((error: Error) =>
        onProblem(`${file} could not be removed: ${error.message}`),
      );
    }
    this.issued.delete(operationId);
  }

  /** Removes secrets that are older than two weeks. Call it at start-up. `now`: ms since 1970. */
  async removeOld(now: number): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [])) {
      const file = join(this.directory, name);
      // another API may remove the file at the same time
      const written = await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => now,
      );
      if (now - written > OLD_MS) await rm(file, { force: true });
    }
  }

  private fileOf(secret: string): string {
    return join(this.directory, `${createHash('sha256').update(secret).digest('hex')}.json`);
  }
}
