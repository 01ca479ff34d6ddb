import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { KtrdrError, storageError } from '@ktrdr/contracts';
import { openBarsFile } from '@ktrdr/market-data';
import type { OperationsService } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import { boundedBytes } from './bounded-bytes.js';
import type { ReceivedFiles } from './received-files.js';
import { checkNames } from './training-sessions.js';

const OPEN_TRIES = 5;

/**
 * Files that the hosts of a queue fetch and send: bars, checkpoints and trained models. `DeliveryAuthenticator` has checked that the
 * host has the delivery now.
 */
export class HostFilesService {
  constructor(
    private readonly dataDir: string,
    private readonly operations: OperationsService,
    private readonly received: ReceivedFiles,
    private readonly checkpoints: CheckpointFolders,
  ) {}

  /** @throws KtrdrError `bars_not_found`, `bars_invalid`, `invalid_name` */
  async bars(symbol: string, timeframe: string): Promise<Readable> {
    return (await openBarsFile({ dataDir: this.dataDir, symbol, timeframe })).stream();
  }

  /** The newest checkpoint that a host has sent. @throws KtrdrError `operation_not_found`, `checkpoint_missing` */
  async checkpoint(operationId: string): Promise<Readable> {
    await this.operations.get(operationId);
    for (let tries = 1; ; tries += 1) {
      const newest = await this.checkpoints.filesOf(operationId).newest();
      if (newest === null) {
        throw new KtrdrError('checkpoint_missing', `No host has sent a checkpoint of ${operationId}.`);
      }
      try {
        return await openFile(newest.path);
      } catch (error) {
        // newer checkpoints have just replaced it
        const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!isGone || tries === OPEN_TRIES) throw storageError(error, 'reading a checkpoint', 'STATE_DIR');
      }
    }
  }

  /** @throws KtrdrError `checkpoint_refused`, `payload_too_large`, `disk_full`, `storage_failed` */
  async takeCheckpoint(operationId: string, content: Readable): Promise<void> {
    try {
      await this.checkpoints.filesOf(operationId).receive(boundedBytes(content));
    } catch (error) {
      throw storageError(error, `writing a checkpoint of ${operationId}`, 'STATE_DIR');
    }
  }

  /** @throws KtrdrError `model_damaged` if no training writes such a file, `payload_too_large` */
  async takeFile(operationId: string, delivery: number, path: string, content: Readable): Promise<void> {
    checkNames({ files: [{ path }] });
    const { attempt } = await this.operations.get(operationId);
    await this.received.receive({ operationId, attempt, delivery }, path, content);
  }
}

async function openFile(path: string): Promise<Readable> {
  const stream = createReadStream(path);
  await new Promise<void>((resolve, reject) => stream.once('open', () => resolve()).once('error', reject));
  return stream;
}
