import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorResponse } from '@ktrdr/contracts';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { contentType, retryAfter } from './api-answer.js';
import { ApiError, ApiUnreachableError, CliError } from './cli-error.js';

/** Timeout of a request, ms. Writing years of sample bars is the slowest one. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Attempts of a request while the API has too many. */
const MOST_ATTEMPTS = 10;

export interface HttpClientOptions {
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

/** An access token, and where it comes from, for messages. */
export interface SentToken {
  secret: string;
  from: string;
}

export interface HttpRequest {
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

/** Sends requests to the API, and reads its envelopes. Throws `ApiUnreachableError`, `ApiError`, or `CliError` if another service answers. */
export class HttpClient {
  readonly baseUrl: string;
  private readonly http: AxiosInstance;
  private readonly signal: AbortSignal | undefined;
  private readonly onAnswer: (line: string) => void;
  private readonly onWait: (line: string) => void;
  private readonly token: SentToken | null;

  constructor(options: HttpClientOptions) {
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

  async request<T>(request: HttpRequest): Promise<T> {
    const response = await this.send(request);
    return this.data(response.status, response.data, response) as T;
  }

  /** Waits and sends the request again while the API has too many: it has not read the request then. */
  async send(request: HttpRequest): Promise<AxiosResponse<unknown>> {
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
  data(status: number, body: unknown, response: AxiosResponse<unknown>): unknown {
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

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
