import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancelOperationRequest,
  type CancelOperationResponse,
  isErrorResponse,
  type TypedOperation,
} from '@ktrdr/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { contentType, isOperation, parseJson, readText, retryAfter } from './api-answer.js';
import { ApiError, ApiUnreachableError, CliError, UsageError } from './cli-error.js';
import { readEvents } from './event-stream.js';
import { EXIT } from './exit-code.js';

/** Timeout of a request, ms. Writing years of sample bars is the slowest one. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Timeout of a request while an operation is followed, ms. */
const FOLLOW_TIMEOUT_MS = 10_000;
/** Attempts of a request while the API has too many. */
const MOST_ATTEMPTS = 10;
/** A stream without data for this long (ms) is reopened: the API sends a comment every 15 s. */
const SILENT_STREAM_MS = 35_000;

export interface ApiClientOptions {
  /** Without a trailing slash. */
  baseUrl: string;
  /** Certificates of the authorities that the API's certificate may come from, PEM. Default: those that Node trusts. */
  ca?: string;
  /** Sent with each request. */
  token?: SentToken | null;
  /** Fires when the user exits or detaches: it aborts every request in flight. */
  signal?: AbortSignal;
  /** Called with a line for each response, for `--verbose`. */
  onAnswer?: (line: string) => void;
  /** Called with a line before the client waits, because the API has too many requests. */
  onWait?: (line: string) => void;
}

/** A file to send, and its size. */
export interface UploadSource {
  path: string;
  bytes: number;
}

/** An access token, and where it comes from, for messages. */
export interface SentToken {
  secret: string;
  from: string;
}

/** The API over HTTP. Every method throws `ApiUnreachableError`, `ApiError`, or `CliError` if another service answers. */
export class ApiClient {
  readonly baseUrl: string;
  private readonly http: AxiosInstance;
  private readonly signal: AbortSignal | undefined;
  private readonly onAnswer: (line: string) => void;
  private readonly onWait: (line: string) => void;
  private readonly token: SentToken | null;

  constructor(private readonly options: ApiClientOptions) {
    const { baseUrl, token = null, ca, signal, onAnswer = () => {}, onWait = () => {} } = options;
    this.baseUrl = baseUrl;
    this.signal = signal;
    this.onAnswer = onAnswer;
    this.onWait = onWait;
    this.token = token;
    this.http = axios.create({
      baseURL: baseUrl,
      timeout: ANSWER_TIMEOUT_MS,
      // Responses with an error status have a body too: it is read in any case.
      validateStatus: () => true,
      // A redirect would carry the token elsewhere.
      maxRedirects: 0,
      ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
      headers: token === null ? {} : { authorization: `Bearer ${token.secret}` },
      // An outgoing proxy cannot reach ports of this machine.
      ...(isLoopback(baseUrl) ? { proxy: false as const } : {}),
    });
  }

  /** A client of the same API whose requests end when `signal` fires. */
  endedBy(signal: AbortSignal): ApiClient {
    return new ApiClient({ ...this.options, signal });
  }

  get<T>(path: string, query: object = {}, timeout = ANSWER_TIMEOUT_MS): Promise<T> {
    return this.request<T>({ method: 'GET', url: path, params: query, timeout });
  }

  post<T>(path: string, body: object = {}, timeout = ANSWER_TIMEOUT_MS): Promise<T> {
    return this.request<T>({ method: 'POST', url: path, data: body, timeout });
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.request<T>({ method: 'PUT', url: path, data: body });
  }

  delete<T>(path: string, query: object = {}): Promise<T> {
    return this.request<T>({ method: 'DELETE', url: path, params: query });
  }

  /**
   * Sends a file as the body of a `POST`.
   *
   * @param onBytes called with the number of bytes that were sent
   * @throws CliError if the file cannot be read
   */
  async upload<T>(
    path: string,
    query: object,
    file: UploadSource,
    onBytes: (sent: number) => void,
  ): Promise<T> {
    let problem: Error | null = null;
    const content = (): Readable => {
      let sent = 0;
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          onBytes((sent += chunk.length));
          done(null, chunk);
        },
      });
      const source = createReadStream(file.path, { end: Math.max(0, file.bytes - 1) });
      source.once('error', (error) => {
        problem = error;
        counter.destroy(error);
      });
      return source.pipe(counter);
    };
    try {
      return await this.request<T>({
        method: 'POST',
        url: path,
        params: query,
        content,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) },
        // the API ends an upload that is too slow
        timeout: 0,
      });
    } catch (error) {
      const cause = problem as Error | null;
      if (cause === null) throw error;
      throw new CliError(`${file.path} cannot be read: ${cause.message}`, EXIT.failed, { cause });
    }
  }

  /**
   * Stores a response as a file. If that fails, there is no file.
   *
   * @throws CliError if the file cannot be written
   */
  async download(path: string, file: string, query: object = {}): Promise<void> {
    const response = await this.send({ method: 'GET', url: path, params: query, responseType: 'stream' });
    const stream = response.data as Readable;
    if (response.status !== 200) {
      this.data(response.status, parseJson(await readText(stream)), response);
    }
    const target = await open(file, 'w').catch((error: Error) => {
      stream.destroy();
      throw new CliError(`${file} cannot be written: ${error.message}`, EXIT.failed, { cause: error });
    });
    try {
      await pipeline(stream, target.createWriteStream());
    } catch (error) {
      await rm(file, { force: true });
      const { syscall, message } = error as NodeJS.ErrnoException;
      if (syscall !== 'write') throw new ApiUnreachableError(this.baseUrl, error);
      throw new CliError(`${file} cannot be written: ${message}`, EXIT.failed, { cause: error });
    }
  }

  operation(id: string): Promise<TypedOperation> {
    return this.request<TypedOperation>({
      method: 'GET',
      url: operationPath(id),
      timeout: FOLLOW_TIMEOUT_MS,
    });
  }

  cancelOperation(id: string, request: CancelOperationRequest): Promise<CancelOperationResponse> {
    return this.request<CancelOperationResponse>({
      method: 'POST',
      url: `${operationPath(id)}/cancel`,
      data: request,
      timeout: FOLLOW_TIMEOUT_MS,
    });
  }

  /**
   * Yields the operation after each change, until the API ends the stream. A broken stream throws `ApiUnreachableError`.
   *
   * @param lastEventId id of the last event of an earlier stream: only newer states follow
   */
  async *operationEvents(id: string, lastEventId?: string): AsyncGenerator<OperationEvent, void> {
    for await (const event of this.events(`${operationPath(id)}/events`, lastEventId)) {
      const operation = parseJson(event.data);
      if (isOperation(operation)) yield { id: event.id, operation };
    }
  }

  /** Yields the name of each event of all operations: `ready`, `operation`, `removed`. A broken stream throws `ApiUnreachableError`. */
  async *operationsEvents(): AsyncGenerator<string, void> {
    for await (const { event } of this.events('/operations/events')) yield event ?? 'message';
  }

  private async *events(path: string, lastEventId?: string): AsyncGenerator<EventSourceMessage, void> {
    const response = await this.send({
      method: 'GET',
      url: path,
      responseType: 'stream',
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      timeout: FOLLOW_TIMEOUT_MS,
    });
    const stream = response.data as Readable;
    try {
      // the operation has ended, and the client has seen its final state
      if (response.status === 204) return;
      if (response.status !== 200 || !contentType(response).startsWith('text/event-stream')) {
        this.data(response.status, parseJson(await readText(stream)), response);
      }
      yield* readEvents(stream, SILENT_STREAM_MS);
    } catch (error) {
      throw error instanceof CliError ? error : new ApiUnreachableError(this.baseUrl, error);
    } finally {
      stream.destroy();
    }
  }

  private async request<T>(request: HttpRequest): Promise<T> {
    const response = await this.send(request);
    return this.data(response.status, response.data, response) as T;
  }

  /** Waits and sends the request again while the API has too many: it has not read the request then. */
  private async send(request: HttpRequest): Promise<AxiosResponse<unknown>> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.sendOnce(request);
      const seconds = attempt < MOST_ATTEMPTS ? retryAfter(response) : null;
      if (seconds === null) return response;
      if (request.responseType === 'stream') (response.data as Readable).destroy();
      this.onWait(`The API has too many requests. Waiting ${seconds} s before the next attempt.`);
      await sleep(seconds * 1000, undefined, { signal: this.signal }).catch((error: unknown) => {
        throw new ApiUnreachableError(this.baseUrl, error);
      });
    }
  }

  private async sendOnce(request: HttpRequest): Promise<AxiosResponse<unknown>> {
    const { content, ...plain } = request;
    const data = content?.();
    try {
      const body = data === undefined ? {} : { data, maxBodyLength: Infinity };
      const response = await this.http.request<unknown>({ ...plain, ...body, signal: this.signal });
      this.onAnswer(`${request.method} ${request.url} -> ${response.status}`);
      return response;
    } catch (error) {
      throw new ApiUnreachableError(this.baseUrl, error);
    } finally {
      // an API can refuse a file before it has read all of it: the rest is not sent
      data?.destroy();
    }
  }

  private tokenProblem(): string {
    return this.token === null
      ? `The API at ${this.baseUrl} needs an access token. Save yours: ktrdr login. An admin can create one: ktrdr token create`
      : `The API at ${this.baseUrl} does not accept the access token (${this.token.from}): it is unknown or was revoked. Save another one: ktrdr login`;
  }

  /** The data of a successful response. @throws ApiError, or CliError if the response is not from the API */
  private data(status: number, body: unknown, response: AxiosResponse<unknown>): unknown {
    if (isErrorResponse(body)) {
      const { error } = body;
      throw new ApiError(
        status,
        error.code === 'unauthenticated'
          ? { ...error, message: this.tokenProblem() }
          : error.code === 'not_found'
            ? {
                ...error,
                message: `${error.message} The API may be older than ktrdr; compare them: ktrdr doctor`,
              }
            : error,
      );
    }
    if (typeof body === 'object' && body !== null && 'success' in body && 'data' in body) return body.data;
    throw new CliError(
      `The service at ${this.baseUrl} is not the ktrdr API (HTTP ${status}, ${contentType(response)}). Set KTRDR_API_URL to the API's URL.`,
    );
  }
}

/** A state of an operation, and the event id to resume the stream from. */
export interface OperationEvent {
  id: string | undefined;
  operation: TypedOperation;
}

interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  params?: object;
  data?: object;
  /** Opens the body of each attempt, instead of `data`. */
  content?: () => Readable;
  headers?: Record<string, string>;
  responseType?: 'stream';
  /** Timeout, ms. For a stream: until it begins. */
  timeout?: number;
}

/**
 * Path of an operation in the API.
 *
 * @throws UsageError for an empty id, for example from an empty variable in a script
 */
export function operationPath(id: string): string {
  if (id.trim() === '')
    throw new UsageError('The operation id is empty. List all operations: ktrdr operations list');
  return `/operations/${encodeURIComponent(id)}`;
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
