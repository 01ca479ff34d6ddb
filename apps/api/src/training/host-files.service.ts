import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { KtrdrError, storageError, trainingJobId } from '@ktrdr/contracts';
import { barsFile, fingerprintBars } from '@ktrdr/market-data';
import type { OperationsService } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import { boundedBytes } from './bounded-bytes.js';
import type { ReceivedFiles } from './received-files.js';
import type { TrainingQueue } from './training-queue.js';
import { checkNames } from './training-sessions.js';

const OPEN_TRIES = 5;

/** What the hosts of a queue get from the API and send to it: bars, checkpoints, and what a training wrote. */
export class HostFilesService {
  constructor(
    private readonly dataDir: string,
    private readonly queue: TrainingQueue | null,
    private readonly operations: OperationsService,
    private readonly received: ReceivedFiles,
    private readonly checkpoints: CheckpointFolders,
  ) {}

  /** @throws KtrdrError `bars_not_found`, `invalid_name` */
  async bars(symbol: string, timeframe: string): Promise<Readable> {
    // names the file where it is missing
    await fingerprintBars(this.dataDir, symbol, timeframe);
    return openFile(barsFile(this.dataDir, symbol, timeframe));
  }

  /** The newest checkpoint that was sent. @throws KtrdrError `operation_not_found`, `checkpoint_missing` */
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
        // newer ones have just taken its place
        const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!isGone || tries === OPEN_TRIES) throw storageError(error, 'reading a checkpoint', 'STATE_DIR');
      }
    }
  }

  /** @throws KtrdrError `run_replaced`, `checkpoint_refused`, `payload_too_large`, `disk_full`, `storage_failed` */
  async takeCheckpoint(operationId: string, run: number, content: Readable): Promise<void> {
    await this.checkRun(operationId, run);
    try {
      await this.checkpoints.filesOf(operationId).receive(boundedBytes(content));
    } catch (error) {
      throw storageError(error, `writing a checkpoint of ${operationId}`, 'STATE_DIR');
    }
  }

  /** @throws KtrdrError `run_replaced`, `model_damaged` where no training writes such a file, `payload_too_large` */
  async takeFile(operationId: string, run: number, path: string, content: Readable): Promise<void> {
    checkNames({ files: [{ path }] });
    const attempt = await this.checkRun(operationId, run);
    await this.received.receive({ operationId, attempt, run }, path, content);
  }

  /** Only the run that has the training now may send anything. @returns the operation's attempt */
  private async checkRun(operationId: string, run: number): Promise<number> {
    const { attempt } = await this.operations.get(operationId);
    const current = (await this.queue?.currentRun(trainingJobId(operationId, attempt))) ?? null;
    if (current === run) return attempt;
    throw new KtrdrError(
      'run_replaced',
      `Run ${run} of ${operationId} does not have the training${current === null ? '' : `: run ${current} has`}.`,
      { details: { current_run: current } },
    );
  }
}

async function openFile(path: string): Promise<Readable> {
  const stream = createReadStream(path);
  await new Promise<void>((resolve, reject) => stream.once('open', () => resolve()).once('error', reject));
  return stream;
}
