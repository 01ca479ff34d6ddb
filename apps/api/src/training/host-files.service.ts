import type { Readable } from 'node:stream';
import { KtrdrError, storageError } from '@ktrdr/contracts';
import { openBarsFile } from '@ktrdr/market-data';
import type { OperationsService } from '@ktrdr/orchestrator';
import type { BackgroundThread } from '@ktrdr/strategy';
import {
  type CheckpointFolders,
  type CheckpointNetwork,
  checkpointNetworkOf,
  mostFileBytes,
} from '@ktrdr/trainer';
import { fromStored, type StoredTraining } from '@ktrdr/training-operation';
import { boundedBytes } from '../bounded-bytes.js';
import { LatestUploads } from './latest-uploads.js';
import type { ReceivedFiles } from './received-files.js';
import { checkNames } from './training-sessions.js';

/**
 * Files that the hosts of a queue fetch and send: bars, checkpoints and trained models. `DeliveryAuthenticator` has checked that the
 * host has the delivery now.
 */
export class HostFilesService {
  private readonly uploads = new LatestUploads();

  constructor(
    private readonly dataDir: string,
    private readonly operations: OperationsService,
    private readonly received: ReceivedFiles,
    private readonly checkpoints: CheckpointFolders,
    /** Parses stored strategies. */
    private readonly thread: BackgroundThread,
  ) {}

  /** @throws KtrdrError `bars_not_found`, `bars_invalid`, `invalid_name` */
  async bars(symbol: string, timeframe: string): Promise<Readable> {
    return (await openBarsFile({ dataDir: this.dataDir, symbol, timeframe })).stream();
  }

  /** The newest checkpoint that a host has sent. @throws KtrdrError `operation_not_found`, `checkpoint_missing` */
  async checkpoint(operationId: string): Promise<Readable> {
    await this.operations.get(operationId);
    const newest = await this.checkpoints
      .filesOf(operationId)
      .openNewest()
      .catch((error: unknown) => {
        throw storageError(error, 'reading a checkpoint', 'STATE_DIR');
      });
    if (newest !== null) return newest;
    throw new KtrdrError('checkpoint_missing', `No host has sent a checkpoint of ${operationId}.`);
  }

  /** @throws KtrdrError `checkpoint_refused`, `operation_conflict`, `disk_full`, `storage_failed` */
  async takeCheckpoint(operationId: string, content: Readable): Promise<void> {
    const network = await this.networkOf(operationId);
    const files = this.checkpoints.filesOf(operationId);
    try {
      await this.uploads.receive(`${operationId} checkpoint`, content, (bytes) =>
        files.receive(bytes, network),
      );
    } catch (error) {
      throw storageError(error, `writing a checkpoint of ${operationId}`, 'STATE_DIR');
    }
  }

  /** @throws KtrdrError `model_damaged` if no training writes such a file, `payload_too_large`, `operation_conflict` */
  async takeFile(operationId: string, delivery: number, path: string, content: Readable): Promise<void> {
    checkNames({ files: [{ path }] });
    const { attempt } = await this.operations.get(operationId);
    const { parameters } = await this.networkOf(operationId);
    const most = mostFileBytes(path, parameters);
    await this.uploads.receive(`${operationId} ${delivery} ${path}`, content, (bytes) =>
      this.received.receive({ operationId, attempt, delivery }, path, boundedBytes(bytes, most)),
    );
  }

  /** The sizes of the network that the operation trains: they bound what a host may send. */
  private async networkOf(operationId: string): Promise<CheckpointNetwork> {
    const stored = (await this.operations.getRequest(operationId)) as StoredTraining;
    const { strategy, spec } = await fromStored(stored, this.thread);
    return checkpointNetworkOf(strategy, spec);
  }
}
