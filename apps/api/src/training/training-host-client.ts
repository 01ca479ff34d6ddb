import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { errorFromBody, isErrorResponse, isTerminalStatus, KtrdrError, shown } from '@ktrdr/contracts';
import type {
  ArtifactFile,
  CancelOperationRequest,
  ErrorBody,
  HostDescription,
  LastEpochs,
  SessionArtifacts,
  StartSessionRequest,
  TrainingSession,
} from '@ktrdr/contracts';
import { InvalidMessageError, readMessage, type MessageName, type Messages } from '@ktrdr/contracts/messages';

import type { Clock } from '@ktrdr/orchestrator';
import { ANSWER_SIGNATURE, answerSignature, BEFORE_START, isSame, signRequest } from '@ktrdr/service-kit';
import { beginningOf, neverConnected, parsed, reasonOf } from './host-answers.js';

const MIB = 1_048_576;
/** The history of a result has a thousand entries at most. */
export const MAX_ANSWER_BYTES = 2 * MIB;
const MAX_REQUEST_BYTES = 8 * MIB;

/** Time limits of one request. */
export interface RequestBounds {
  /** For the whole request (ms). */
  timeoutMs: number;
  /** Longest pause between two pieces of the answer (ms). */
  idleMs?: number;
  /** Ends the request. */
  signal?: AbortSignal;
}

type Signed = ReturnType<typeof signRequest>;

/** The limits of a running request. */
interface Limits {
  signal: AbortSignal;
  /** What to throw for the request's error. */
  explain: (error: unknown) => unknown;
}

/** How the API and its training host recognise each other. */
export interface HostTrust {
  /** Signs requests, and proves answers; `null`: neither is signed. */
  secret: string | null;
  /** Certificates of the authorities that the host's certificate may come from, PEM; `null`: those that Node trusts. */
  ca: string | null;
}

/** The host gave no answer, or something other than a training host answered. Another request may help. */
export class HostUnansweredError extends Error {
  override readonly name = 'HostUnansweredError';

  constructor(
    message: string,
    /** False: there was no connection, so the host cannot have read the request. */
    readonly mayHaveArrived: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * HTTP to one training host. Every request is bounded in time and size.
 *
 * Every method throws `HostUnansweredError` if there is no usable answer, and `KtrdrError` with the host's own code if the host
 * answers with an error, or with `host_not_authenticated` if API and host do not recognise each other.
 */
export class TrainingHostClient {
  private readonly http: AxiosInstance;

  constructor(
    readonly url: string,
    private readonly trust: HostTrust,
    private readonly clock: Clock,
  ) {
    this.http = axios.create({
      baseURL: url,
      proxy: false,
      ...(trust.ca === null ? {} : { httpsAgent: new Agent({ ca: trust.ca, keepAlive: true }) }),
      maxRedirects: 0,
      maxBodyLength: MAX_REQUEST_BYTES,
      maxContentLength: MAX_ANSWER_BYTES,
      validateStatus: () => true,
    });
  }

  /** The host's description of itself in `GET /health`. */
  async describe(bounds: RequestBounds): Promise<HostDescription> {
    const { status, body } = await this.request({ method: 'GET', url: '/health' }, bounds);
    if (isErrorResponse(body)) throw this.refusal(body.error);
    const report = body as { status?: unknown; details?: { trainer?: unknown } } | null | undefined;
    // a host that does not recognise this API shows it no details; its refusal of another request says why
    if (report?.status === 'ok' && report.details === undefined)
      await this.data({ method: 'GET', url: '/training/sessions' }, bounds);
    const description = report?.details?.trainer;
    if (description === undefined) throw this.strange(status, '/health');
    const host = this.repeatable('HostDescription', description);
    if (host.sends_bytes === true) return host;
    throw new KtrdrError(
      'host_refused',
      `The training host ${this.url} has an earlier version, which cannot send a model to this API. Install the API's version there, restart the host, then train again.`,
    );
  }

  /** Starts a session. A repeated request for the same operation gets the existing session. */
  async startSession(request: StartSessionRequest, bounds: RequestBounds): Promise<TrainingSession> {
    return this.session({ method: 'POST', url: '/training/sessions', data: request }, bounds);
  }

  /** @param known what the caller has: only later points are in the answer */
  async getSession(id: string, { after }: LastEpochs, bounds: RequestBounds): Promise<TrainingSession> {
    const query = after === undefined ? '' : `?after=${after}`;
    const url = `/training/sessions/${encodeURIComponent(id)}${query}`;
    return this.session({ method: 'GET', url }, bounds);
  }

  /** Records the cancel request at the host; the session ends later. */
  async cancelSession(id: string, request: CancelOperationRequest, bounds: RequestBounds): Promise<void> {
    const url = `/training/sessions/${encodeURIComponent(id)}/cancel`;
    await this.data({ method: 'POST', url, data: request }, bounds);
  }

  /** The files of a completed session: names, sizes and hashes. */
  async artifacts(id: string, bounds: RequestBounds): Promise<SessionArtifacts> {
    const url = `/training/sessions/${encodeURIComponent(id)}/artifacts`;
    const { data } = await this.data({ method: 'GET', url }, bounds);
    return readMessage('SessionArtifacts', data, this.sender);
  }

  /**
   * The bytes of one of these files, at most `size`. They are not signed: compare their hash with the one in the signed list. If the
   * host stops sending, the iteration throws `HostUnansweredError`.
   */
  async artifact(
    id: string,
    { path, size }: ArtifactFile,
    bounds: RequestBounds,
  ): Promise<AsyncIterable<Uint8Array>> {
    const url = `/training/sessions/${encodeURIComponent(id)}/artifacts/${path}`;
    const limits = this.limitsOf(bounds);
    const signed = this.sign({ url }, '');
    try {
      const response = await this.http.request<Readable>({
        method: 'GET',
        url,
        headers: authorizationOf(signed),
        responseType: 'stream',
        decompress: false,
        maxContentLength: -1,
        timeout: bounds.idleMs,
        signal: limits.signal,
      });
      if (response.status === 200) return this.pieces(response.data, size, bounds, limits);
      const { status, body } = this.read(
        { ...response, data: await beginningOf(response.data) },
        signed,
        url,
      );
      throw isErrorResponse(body) ? this.refusal(body.error) : this.strange(status, url);
    } catch (error) {
      throw limits.explain(error);
    }
  }

  private async *pieces(
    content: Readable,
    size: number,
    { idleMs }: RequestBounds,
    { explain }: Limits,
  ): AsyncGenerator<Uint8Array, void> {
    const tooLong = (): unknown => content.destroy(new Error(`no bytes within ${idleMs} ms`));
    const idle = setTimeout(tooLong, idleMs);
    let left = size;
    try {
      for await (const piece of content as AsyncIterable<Uint8Array>) {
        const wanted = piece.subarray(0, left);
        left -= wanted.length;
        yield wanted;
        idle.refresh();
        if (wanted.length < piece.length) break;
      }
    } catch (error) {
      throw explain(error);
    } finally {
      clearTimeout(idle);
      content.destroy();
    }
  }

  private async session(config: AxiosRequestConfig, bounds: RequestBounds): Promise<TrainingSession> {
    const { data } = await this.data(config, bounds);
    const { status } = (data ?? {}) as Partial<TrainingSession>;
    // nothing computes there any more, and another request gets the same answer
    if (status !== undefined && isTerminalStatus(status))
      return readMessage('TrainingSession', data, this.sender);
    return this.repeatable('TrainingSession', data);
  }

  /** Reads an answer. An answer that is not valid counts as none: the next one may be. */
  private repeatable<Name extends MessageName>(name: Name, data: unknown): Messages[Name] {
    try {
      return readMessage(name, data, this.sender);
    } catch (error) {
      if (error instanceof InvalidMessageError)
        throw new HostUnansweredError(error.message, true, { cause: error });
      throw error;
    }
  }

  private get sender(): string {
    return `The training host ${this.url}`;
  }

  /** The `data` of a successful answer. Throws the error of any other answer. */
  private async data(
    config: AxiosRequestConfig,
    bounds: RequestBounds,
  ): Promise<{ status: number; data: unknown }> {
    const { status, body } = await this.request(config, bounds);
    if (isErrorResponse(body)) throw this.refusal(body.error);
    if (status >= 300 || (body as { success?: unknown } | null)?.success !== true)
      throw this.strange(status, config.url);
    return { status, data: (body as { data?: unknown }).data };
  }

  private async request(
    { data, ...config }: AxiosRequestConfig,
    bounds: RequestBounds,
  ): Promise<{ status: number; body: unknown }> {
    const limits = this.limitsOf(bounds);
    const sent = data === undefined ? '' : JSON.stringify(data);
    const signed = this.sign(config, sent);
    try {
      const response = await this.http.request<Buffer>({
        ...config,
        ...(data === undefined ? {} : { data: sent }),
        headers: {
          ...(data === undefined ? {} : { 'content-type': 'application/json' }),
          ...authorizationOf(signed),
        },
        responseType: 'arraybuffer',
        timeout: bounds.idleMs,
        signal: limits.signal,
      });
      return this.read(response, signed, config.url);
    } catch (error) {
      throw limits.explain(error);
    }
  }

  /** @throws KtrdrError `host_not_authenticated`; HostUnansweredError */
  private read(
    response: Pick<AxiosResponse<Buffer>, 'status' | 'headers' | 'data'>,
    signed: Signed | null,
    path: string | undefined,
  ): { status: number; body: unknown } {
    const { status, headers, data } = response;
    if (signed !== null) this.checkAnswer(response, signed.signature);
    this.checkType(headers['content-type'], status, path);
    return { status, body: parsed(data, this.sender) };
  }

  private limitsOf({ timeoutMs, signal }: RequestBounds): Limits {
    const deadline = AbortSignal.timeout(timeoutMs);
    return {
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      explain: (error) => {
        if (error instanceof HostUnansweredError || error instanceof KtrdrError) return error;
        if (signal?.aborted === true) return signal.reason;
        const reason = deadline.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error);
        return new HostUnansweredError(`${this.url}: ${reason}`, !neverConnected(error), { cause: error });
      },
    };
  }

  /** A training host answers JSON alone: what comes under another name is not read as JSON. */
  private checkType(type: unknown, status: number, path: string | undefined): void {
    if (typeof type === 'string' && /^application\/json(?:\s*;|$)/i.test(type.trim())) return;
    const what = typeof type === 'string' ? shown(type) : 'no content type';
    throw new HostUnansweredError(
      `${this.url}${path ?? ''} answered ${status} with ${what}, but not as a training host does`,
      true,
    );
  }

  private sign({ method = 'GET', url = '' }: AxiosRequestConfig, body: string): Signed | null {
    const { secret } = this.trust;
    return secret === null ? null : signRequest(secret, { method, path: url }, body, this.clock.now());
  }

  /** Nothing of an answer is used before this. @throws KtrdrError `host_not_authenticated` */
  private checkAnswer(
    { status, data, headers }: Pick<AxiosResponse<Buffer>, 'status' | 'headers' | 'data'>,
    request: string,
  ): void {
    const given = headers[ANSWER_SIGNATURE] as unknown;
    const expected = answerSignature(this.trust.secret ?? '', request, status, data);
    if (typeof given === 'string' && isSame(given, expected)) return;
    throw new KtrdrError(
      'host_not_authenticated',
      `The service at ${this.url} does not prove that it is this API's training host: it has another TRAINING_HOST_SECRET or none, or it is another program. Its answer (HTTP ${status}) was not used. Set the same TRAINING_HOST_SECRET for the API and for the host, and restart both.`,
    );
  }

  /** The host's error. A host that does not recognise this API is the API's problem, not that of its caller. */
  private refusal(body: ErrorBody): Error {
    // the host has not read the request: it is sent again
    if (body.code === 'too_many_requests' || body.code === 'service_busy')
      return new HostUnansweredError(`${this.url}: ${body.message}`, false);
    if (body.code !== 'unauthenticated') return errorFromBody(body);
    const message = `The training host at ${this.url} refuses this API: ${body.message}`;
    if ((body.details as { reason?: unknown } | undefined)?.reason === BEFORE_START)
      return new HostUnansweredError(message, false);
    return new KtrdrError('host_not_authenticated', message);
  }

  private strange(status: number, path: string | undefined): HostUnansweredError {
    return new HostUnansweredError(
      `${this.url}${path ?? ''} answered ${status}, but not as a training host does`,
      true,
    );
  }
}

function authorizationOf(signed: Signed | null): Record<string, string> {
  return signed === null ? {} : { authorization: signed.authorization };
}
