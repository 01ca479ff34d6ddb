import type { Readable } from 'node:stream';
import type { CancelOperationRequest, CancelOperationResponse, TypedOperation } from '@ktrdr/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import { contentType, isOperation, parseJson, readText } from './api-answer.js';
import { ApiUnreachableError, CliError, UsageError } from './cli-error.js';
import { readEvents } from './event-stream.js';
import { sendFile, storeFile, type UploadSource } from './file-transfer.js';
import { HttpClient, type HttpClientOptions } from './http-client.js';

/** Timeout of a request while an operation is followed, ms. */
const FOLLOW_TIMEOUT_MS = 10_000;
/** A stream without data for this long (ms) is reopened: the API sends a comment every 15 s. */
const SILENT_STREAM_MS = 35_000;

/** The API over HTTP. Every method throws `ApiUnreachableError`, `ApiError`, or `CliError` if another service answers. */
export class ApiClient {
  private readonly http: HttpClient;

  constructor(private readonly options: HttpClientOptions) {
    this.http = new HttpClient(options);
  }

  get baseUrl(): string {
    return this.http.baseUrl;
  }

  /** A client of the same API whose requests end when `signal` fires. */
  endedBy(signal: AbortSignal): ApiClient {
    return new ApiClient({ ...this.options, signal });
  }

  get<T>(path: string, query: object = {}, timeout?: number): Promise<T> {
    return this.http.request<T>({ method: 'GET', url: path, params: query, timeout });
  }

  post<T>(path: string, body: object = {}, timeout?: number): Promise<T> {
    return this.http.request<T>({ method: 'POST', url: path, data: body, timeout });
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.http.request<T>({ method: 'PUT', url: path, data: body });
  }

  delete<T>(path: string, query: object = {}): Promise<T> {
    return this.http.request<T>({ method: 'DELETE', url: path, params: query });
  }

  /** Sends a file as the body of a `POST`. `sendFile` documents it. */
  upload<T>(path: string, query: object, file: UploadSource, onBytes: (sent: number) => void): Promise<T> {
    return sendFile<T>(this.http, path, query, file, onBytes);
  }

  /** Stores a response as a file. `storeFile` documents it. */
  download(path: string, file: string, query: object = {}): Promise<void> {
    return storeFile(this.http, path, file, query);
  }

  operation(id: string): Promise<TypedOperation> {
    return this.http.request<TypedOperation>({
      method: 'GET',
      url: operationPath(id),
      timeout: FOLLOW_TIMEOUT_MS,
    });
  }

  cancelOperation(id: string, request: CancelOperationRequest): Promise<CancelOperationResponse> {
    return this.http.request<CancelOperationResponse>({
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
    const response = await this.http.send({
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
        this.http.data(response.status, parseJson(await readText(stream)), response);
      }
      yield* readEvents(stream, SILENT_STREAM_MS);
    } catch (error) {
      throw error instanceof CliError ? error : new ApiUnreachableError(this.http.baseUrl, error);
    } finally {
      stream.destroy();
    }
  }
}

/** A state of an operation, and the event id to resume the stream from. */
export interface OperationEvent {
  id: string | undefined;
  operation: TypedOperation;
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
