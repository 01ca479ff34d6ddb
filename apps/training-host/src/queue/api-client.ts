import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { errorFromBody, isErrorResponse, KtrdrError, storageError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';

/** Time between two tries to reach the API, ms: longer with every try, up to the longest. */
const AGAIN_MS = { first: 200, longest: 5_000 };
/** The longest that one file may take, ms. */
const FILE_MS = 600_000;

/** What this machine's disk says: asking again does not help. */
const OWN_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO']);

/** HTTP from a host of the queue to the API. What does not arrive is tried again until the signal fires. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {}

  /** Writes bars as the API has them into `file`. @throws KtrdrError with the API's code; the signal's reason */
  async fetchBars(
    { operationId, symbol, timeframe }: { operationId: string; symbol: string; timeframe: string },
    file: string,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/trainings/${operationId}/bars/${encodeURIComponent(symbol)}/${encodeURIComponent(timeframe)}`;
    await this.fetchFile(path, file, signal);
  }

  /** Writes the newest checkpoint into `file`. @returns false where there is none */
  async fetchCheckpoint(operationId: string, file: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.fetchFile(`/trainings/${operationId}/checkpoint`, file, signal);
      return true;
    } catch (error) {
      if (error instanceof KtrdrError && error.code === 'checkpoint_missing') return false;
      throw error;
    }
  }

  /** @throws KtrdrError `run_replaced` where another host has the training, and the API's other codes; the signal's reason */
  async sendCheckpoint(operationId: string, run: number, file: string, signal: AbortSignal): Promise<void> {
    await this.sendFile(`/trainings/${operationId}/runs/${run}/checkpoint`, file, signal);
  }

  /** `path`: `model/model.onnx`. @throws as {@link sendCheckpoint} */
  async sendArtifact(
    { operationId, run, path }: { operationId: string; run: number; path: string },
    file: string,
    signal: AbortSignal,
  ): Promise<void> {
    await this.sendFile(`/trainings/${operationId}/runs/${run}/files/${path}`, file, signal);
  }

  private fetchFile(path: string, file: string, signal: AbortSignal): Promise<void> {
    return this.untilAnswered(signal, async (bounded) => {
      const response = await fetch(this.url + path, { signal: bounded });
      if (!response.ok || response.body === null) throw await refusal(response);
      await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file));
    });
  }

  private sendFile(path: string, file: string, signal: AbortSignal): Promise<void> {
    return this.untilAnswered(signal, async (bounded) => {
      const { size } = await stat(file);
      const content = createReadStream(file);
      try {
        const response = await fetch(this.url + path, {
          method: 'PUT',
          headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
          body: Readable.toWeb(content) as ReadableStream<Uint8Array> as BodyInit,
          duplex: 'half',
          signal: bounded,
        } as RequestInit);
        if (!response.ok) throw await refusal(response);
        await response.arrayBuffer();
      } finally {
        content.destroy();
      }
    });
  }

  /** Only an API that answers with an error of its own is not asked again. */
  private async untilAnswered(
    signal: AbortSignal,
    attempt: (bounded: AbortSignal) => Promise<void>,
  ): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      try {
        await attempt(AbortSignal.any([signal, AbortSignal.timeout(FILE_MS)]));
        return;
      } catch (error) {
        if (error instanceof KtrdrError && error.httpStatus < 500) throw error;
        const { code = '' } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') throw error;
        if (OWN_DISK.has(code)) throw storageError(error, 'storing what the API has sent', 'STATE_DIR');
        if (tries === 1 && !signal.aborted)
          this.logger.warn('the API does not answer and is asked again', { url: this.url, error });
      }
      await this.clock.sleep(Math.min(tries * AGAIN_MS.first, AGAIN_MS.longest), signal);
    }
  }
}

/** The API's own words; anything else is no answer. */
async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as unknown;
    if (isErrorResponse(body)) return errorFromBody(body.error);
  } catch {
    // not the API's: a proxy's, perhaps
  }
  return new Error(`${response.url} answered ${response.status}`);
}
