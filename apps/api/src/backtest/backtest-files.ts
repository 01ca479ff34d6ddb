import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { KtrdrError, OPERATION_ID_PATTERN, storageError, type TradesFormat } from '@ktrdr/contracts';
import { openOutsideFile } from '@ktrdr/files';
import { Staging } from '@ktrdr/trainer';

/** About ten million trades. */
const MOST_BYTES = 4 * 2 ** 30;

/** The trades of completed backtests: `{stateDir}/backtests/{operationId}/trades.csv` and `trades.json`. */
export class BacktestFiles {
  private readonly directory: string;
  private readonly staging: Staging;

  constructor(stateDir: string) {
    this.directory = resolve(stateDir, 'backtests');
    this.staging = new Staging(this.directory);
  }

  /**
   * Gives `work` an empty folder, and keeps what it writes there if it succeeds and `mayKeep` does not throw. Otherwise nothing is left.
   *
   * @throws KtrdrError `disk_full`, `storage_failed`
   */
  async keep<T>(
    operationId: string,
    work: (outputDir: string) => Promise<T>,
    mayKeep: () => Promise<void>,
  ): Promise<T> {
    const staged = await this.tryTo(operationId, () => this.staging.create(operationId));
    try {
      const outputDir = join(staged, 'trades');
      await this.tryTo(operationId, () => mkdir(outputDir));
      const result = await work(outputDir);
      await mayKeep();
      await this.tryTo(operationId, async () => {
        const kept = join(this.directory, operationId);
        // of an earlier attempt, whose end was not stored
        await rm(kept, { recursive: true, force: true });
        await rename(outputDir, kept);
      });
      return result;
    } finally {
      await this.staging.discard(staged);
    }
  }

  /** @throws KtrdrError `trades_not_found` */
  async open(operationId: string, format: TradesFormat): Promise<Readable> {
    const path = `${operationId}/trades.${format}`;
    try {
      return (await openOutsideFile(this.directory, path, { maxBytes: MOST_BYTES })).stream();
    } catch (cause) {
      throw new KtrdrError(
        'trades_not_found',
        `The trades of ${operationId} are not on this machine. Ask the API that ran the backtest, or run it again.`,
        { details: { file: join(this.directory, path) }, cause },
      );
    }
  }

  /** Removes unfinished files of processes that have ended, and files of operations that were removed. Call it at start-up. */
  async removeStale(isKnown: (operationId: string) => Promise<boolean>): Promise<void> {
    await this.staging.removeStale();
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names) {
      if (!OPERATION_ID_PATTERN.test(name) || (await isKnown(name))) continue;
      await rm(join(this.directory, name), { recursive: true, force: true });
    }
  }

  private async tryTo<T>(operationId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, `writing the trades of ${operationId}`, 'STATE_DIR');
    }
  }
}
