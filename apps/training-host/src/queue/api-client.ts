import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { errorFromBody, isErrorResponse, KtrdrError, storageError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { Waiting } from '../sessions/session-bars.js';

/** Time between two tries to reach the API, ms: longer with every try, up to the longest. */
const AGAIN_MS = { first: 200, longest: 5_000 };
/** The longest that one file may take, ms. */
const FILE_MS = 600_000;
/** The last try, too, has the time to be answered, ms: else nobody learns why it fails. */
const LAST_TRY_MS = 5_000;
/** What a training needs before it begins is waited for so long, ms. */
const FETCH_MS = 600_000;
/** What a training wrote waits for an API that is away for so long, ms. */
const SEND_MS = 3_600_000;

/** One thing that is asked of the API. */
interface Call extends Waiting {
  /** An API that does not answer is asked again for so long, ms. */
  withinMs: number;
}

/** What this machine's disk says: asking again does not help. */
const OWN_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO']);

/**
 * HTTP from a host of the queue to the API. What does not arrive is tried again, and told as the phase that the training is in.
 * All methods reject with the signal's reason when it fires, with `api_unreachable` where nothing arrives for long,
 * `disk_full` or `storage_failed` where this machine's disk takes nothing, and with the codes that the API answers with.
 */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {}

  /** Writes bars as the API has them into `file`. */
  async fetchBars(
    { operationId, symbol, timeframe }: { operationId: string; symbol: string; timeframe: string },
    file: string,
    waiting: Waiting,
  ): Promise<void> {
    const path = `/trainings/${operationId}/bars/${encodeURIComponent(symbol)}/${encodeURIComponent(timeframe)}`;
    await this.fetchFile(path, file, waiting);
  }

  /** Writes the newest checkpoint into `file`. @returns false where there is none */
  async fetchCheckpoint(operationId: string, file: string, waiting: Waiting): Promise<boolean> {
    try {
      await this.fetchFile(`/trainings/${operationId}/checkpoint`, file, waiting);
      return true;
    } catch (error) {
      if (error instanceof KtrdrError && error.code === 'checkpoint_missing') return false;
      throw error;
    }
  }

  /** The training goes on meanwhile. @throws KtrdrError `run_replaced` where another host has the training */
  async sendCheckpoint(operationId: string, run: number, file: string, signal: AbortSignal): Promise<void> {
    const call = { signal, onPhase: () => {}, withinMs: Infinity };
    await this.sendFile(`/trainings/${operationId}/runs/${run}/checkpoint`, file, call);
  }

  /** `path`: `model/model.onnx`. @throws KtrdrError `run_replaced` where another host has the training */
  async sendArtifact(
    { operationId, run, path }: { operationId: string; run: number; path: string },
    file: string,
    waiting: Waiting,
  ): Promise<void> {
    const call = { ...waiting, withinMs: SEND_MS };
    await this.sendFile(`/trainings/${operationId}/runs/${run}/files/${path}`, file, call);
  }

  private fetchFile(path: string, file: string, waiting: Waiting): Promise<void> {
    return this.untilAnswered({ ...waiting, withinMs: FETCH_MS }, async (bounded) => {
      const response = await fetch(this.url + path, { signal: bounded });
      if (!response.ok || response.body === null) throw await refusal(response);
      await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file));
    });
  }

  private sendFile(path: string, file: string, call: Call): Promise<void> {
    return this.untilAnswered(call, async (bounded) => {
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
    { signal, onPhase, withinMs }: Call,
    attempt: (bounded: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const start = this.clock.monotonic();
    let told = '';
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      try {
        const left = Math.ceil(start + withinMs - this.clock.monotonic());
        const tryMs = Math.max(LAST_TRY_MS, Math.min(FILE_MS, left));
        await attempt(AbortSignal.any([signal, AbortSignal.timeout(tryMs)]));
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (isFinal(error)) throw error;
        const { code = '' } = error as NodeJS.ErrnoException;
        if (OWN_DISK.has(code)) throw storageError(error, 'storing what the API has sent', 'STATE_DIR');
        if (this.clock.monotonic() - start >= withinMs) throw this.unreachable(withinMs, error);
        const reason = reasonOf(error);
        if (reason !== told) {
          this.logger.warn('the API does not answer and is asked again', { url: this.url, reason });
          onPhase(`waiting for the API: ${this.url} does not answer (${reason})`);
        }
        told = reason;
      }
      await this.clock.sleep(Math.min(tries * AGAIN_MS.first, AGAIN_MS.longest), signal);
    }
  }

  private unreachable(ms: number, cause: unknown): KtrdrError {
    return new KtrdrError(
      'api_unreachable',
      `The training host could not reach the API at ${this.url} for ${Math.round(ms / 60_000)} minutes (${reasonOf(cause)}). ` +
        'Correct KTRDR_API_URL of that host, then resume the operation or train again.',
      { cause },
    );
  }
}

/** What the API has decided, and a file that is gone, are the same the next time. One that knows no such address is another service. */
function isFinal(error: unknown): boolean {
  if (error instanceof KtrdrError) return error.httpStatus < 500 && error.code !== 'not_found';
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** `fetch` says no more than "fetch failed"; why is in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
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
