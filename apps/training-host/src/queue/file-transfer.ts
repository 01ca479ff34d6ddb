import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  type ErrorCode,
  errorFromBody,
  isErrorResponse,
  KtrdrError,
  redact,
  storageError,
  urlWithoutLogin,
} from '@ktrdr/contracts';
import { untilAnswered, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { Waiting } from '../sessions/session-bars.js';

/** Time between two attempts to reach the API (ms). It grows with every attempt, up to the longest. */
const AGAIN_MS = { first: 200, longest: 5_000 };
/** Time limit for one file (ms). */
const FILE_MS = 600_000;
/** Minimum time for the last attempt (ms): its error says why the API cannot be reached. */
const LAST_ATTEMPT_MS = 5_000;
/** How long a training waits for files that it needs before it begins (ms). */
const FETCH_MS = 600_000;
/** How long a trained model waits for an unreachable API (ms). */
const SEND_MS = 3_600_000;

/** Most bytes of a fetched file: the limit for a bars file, which is far above every checkpoint. */
const MOST_BYTES = 4 * 2 ** 30;

/** One transfer. */
interface Call extends Waiting {
  /** Give up after this time (ms). */
  withinMs: number;
}

/** Errors of this machine's disk: another attempt does not help. */
const OWN_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO']);

/** Which delivery of a training sends a file. The API refuses those of a delivery that was replaced. */
export interface Sender {
  operationId: string;
  delivery: number;
}

/** Proves to the API that this host has the delivery. */
type Proof = Pick<Waiting, 'signal' | 'secret'>;

/**
 * Moves files between a host of the queue and the API: bars and checkpoints to the host, checkpoints and models to the API. A
 * transfer that fails is repeated, and shown as the phase of the training.
 *
 * All methods reject with the signal's reason when it fires, with `api_unreachable` if the API cannot be reached for long, with
 * `disk_full` or `storage_failed` if this machine cannot write the file, and with the codes that the API answers with.
 */
export class FileTransfer {
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
    /** Most bytes of a fetched file. */
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /** Fetches the API's bars into `file`. */
  async fetchBars(
    { operationId, symbol, timeframe }: { operationId: string; symbol: string; timeframe: string },
    file: string,
    waiting: Waiting,
  ): Promise<void> {
    const path = `/trainings/${operationId}/bars/${encodeURIComponent(symbol)}/${encodeURIComponent(timeframe)}`;
    await this.fetchFile(path, file, waiting);
  }

  /** Fetches the newest checkpoint into `file`. @returns false if there is none */
  async fetchCheckpoint(operationId: string, file: string, waiting: Waiting): Promise<boolean> {
    try {
      await this.fetchFile(`/trainings/${operationId}/checkpoint`, file, waiting);
      return true;
    } catch (error) {
      if (error instanceof KtrdrError && error.code === 'checkpoint_missing') return false;
      throw error;
    }
  }

  /** Sends a checkpoint while the training continues. @throws KtrdrError `delivery_not_found` if another host has the training */
  async sendCheckpoint(sender: Sender, file: string, { signal, secret }: Proof): Promise<void> {
    const call = { signal, secret, onPhase: () => {}, withinMs: Infinity };
    await this.sendFile(`${pathOf(sender)}/checkpoint`, file, call);
  }

  /** Sends a file of a trained model. `path`: `model/model.onnx`. @throws KtrdrError `delivery_not_found` if another host has the training */
  async sendArtifact(sender: Sender, path: string, file: string, waiting: Waiting): Promise<void> {
    const call = { ...waiting, withinMs: SEND_MS };
    await this.sendFile(`${pathOf(sender)}/files/${path}`, file, call);
  }

  private fetchFile(path: string, file: string, waiting: Waiting): Promise<void> {
    return this.ask({ ...waiting, withinMs: FETCH_MS }, async (signal) => {
      const response = await this.send(path, { headers: proofOf(waiting), signal });
      if (!response.ok || response.body === null) throw await refusal(response);
      const content = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
      await pipeline(content, (pieces) => bounded(pieces, path, this.mostBytes), createWriteStream(file));
    });
  }

  private sendFile(path: string, file: string, call: Call): Promise<void> {
    return this.ask(call, async (bounded) => {
      const { size } = await stat(file);
      const content = createReadStream(file);
      try {
        const response = await this.send(path, {
          method: 'PUT',
          headers: {
            ...proofOf(call),
            'content-type': 'application/octet-stream',
            'content-length': String(size),
          },
          body: Readable.toWeb(content) as ReadableStream<Uint8Array> as BodyInit,
          duplex: 'half',
          signal: bounded,
        } as RequestInit);
        if (!response.ok) throw await refusal(response);
        await response.body?.cancel();
      } finally {
        content.destroy();
      }
    });
  }

  /** Follows no redirect: the secret and the files are for the API only. */
  private async send(path: string, request: RequestInit): Promise<Response> {
    const response = await fetch(this.url + path, { ...request, redirect: 'manual' });
    if (response.status >= 300 && response.status < 400)
      throw new Error(`${this.url}${path} answered ${response.status}, a redirect, which is not followed`);
    return response;
  }

  /** Repeats an attempt until the API answers. An error from the API itself is an answer. */
  private ask(
    { signal, onPhase, withinMs }: Call,
    attempt: (bounded: AbortSignal) => Promise<void>,
  ): Promise<void> {
    let told = '';
    return untilAnswered(
      async (leftMs) => {
        signal.throwIfAborted();
        const attemptMs = Math.max(LAST_ATTEMPT_MS, Math.min(FILE_MS, leftMs));
        await attempt(AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]));
      },
      {
        clock: this.clock,
        withinMs: () => withinMs,
        throwIfFinal: (error) => {
          signal.throwIfAborted();
          if (isFinal(error)) throw error;
          const { code = '' } = error as NodeJS.ErrnoException;
          if (OWN_DISK.has(code)) throw storageError(error, 'storing a file of the API', 'STATE_DIR');
        },
        timeIsUp: (error) => this.unreachable(withinMs, error),
        onUnanswered: (error) => {
          const reason = reasonOf(error);
          if (reason === told) return;
          told = reason;
          this.logger.warn('the API does not answer; trying again', { url: this.url, reason });
          onPhase(`waiting for the API: ${urlWithoutLogin(this.url)} does not answer (${reason})`);
        },
        pause: (asked) => this.clock.sleep(Math.min(asked * AGAIN_MS.first, AGAIN_MS.longest), signal),
      },
    );
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

/** @throws KtrdrError `payload_too_large` above `most` bytes: the API, or what answers in its place, must not fill the disk */
async function* bounded(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  most: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > most)
      throw new KtrdrError(
        'payload_too_large',
        `The API's answer to ${path} has more than ${most} bytes, the limit.`,
      );
    yield piece;
  }
}

function proofOf({ secret }: Pick<Waiting, 'secret'>): Record<string, string> {
  return secret === null ? {} : { authorization: `Delivery ${secret}` };
}

/** A delivery's files at the API. Hosts and APIs of earlier versions call a delivery a run. */
function pathOf({ operationId, delivery }: Sender): string {
  return `/trainings/${operationId}/runs/${delivery}`;
}

/** Errors that end by themselves; `not_found` is an unknown address, where another service may have answered. */
const TRY_AGAIN: ReadonlySet<ErrorCode> = new Set(['not_found', 'too_many_requests', 'request_timeout']);

/**
 * True if another attempt gives the same error: the API has refused, or the file is gone.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof KtrdrError) return error.httpStatus < 500 && !TRY_AGAIN.has(error.code);
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The message of `fetch` is only "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return redact(cause instanceof Error ? cause.message : message);
}

/** The API's own error, or an error for a response that is not from the API. */
async function refusal(response: Response): Promise<Error> {
  const text = await beginningOf(response);
  try {
    const body = JSON.parse(text) as unknown;
    if (isErrorResponse(body)) return errorFromBody(body.error);
  } catch {
    // not from the API, perhaps from a proxy
  }
  return new Error(`${response.url} answered ${response.status}`);
}

/** Longest error of the API that is read (bytes). */
const MOST_ERROR_BYTES = 64 * 1_024;

/** The text of an answer, up to a bound: another service may send one without an end. */
async function beginningOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_ERROR_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}
