import {
  Agent as HttpAgent,
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { KtrdrError, isCertificateProblem } from '@ktrdr/contracts';
import type { AddressPolicy } from './address-policy.js';
import { checkedLookup, type Resolve } from './checked-lookup.js';
import { addressNotAllowed, OutboundError } from './outbound-error.js';

/** Bytes that are read of a response that is no success. */
const MOST_ERROR_BYTES = 65_536;
/** Time to resolve the name and to connect, ms. */
const CONNECT_MS = 10_000;

export interface OutboundClientOptions {
  policy: AddressPolicy;
  /** The only hosts that this client contacts: `api.example.com`, `127.0.0.1`, `[::1]`. */
  hosts: readonly string[];
  /** Default: the resolver of the operating system. */
  resolve?: Resolve;
  /** Longest time until there is a connection, ms. Default: 10 s. */
  connectMs?: number;
}

export interface OutboundRequest {
  url: URL;
  /** Default: `GET`. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** For the whole request, ms. */
  timeoutMs: number;
  /** Largest response. `0`: the status is enough, and no body is read. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface OutboundResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * HTTP to a few hosts outside. The operator names the hosts, but names can point anywhere: every connection checks the address after
 * the name is resolved. It follows no redirects, uses no proxy and asks for no compression. Time and size of a response are
 * bounded. Plain HTTP is only for addresses that the operator allows by name of their network.
 */
export class OutboundClient {
  private readonly httpAgent = new HttpAgent({ keepAlive: true });
  private readonly httpsAgent = new HttpsAgent({ keepAlive: true });
  private readonly hosts: ReadonlySet<string>;

  constructor(private readonly options: OutboundClientOptions) {
    this.hosts = new Set(options.hosts);
  }

  /**
   * @throws KtrdrError `address_not_allowed`
   * @throws OutboundError if there is no usable response
   * @throws the signal's reason
   */
  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const { url, timeoutMs, signal } = request;
    signal?.throwIfAborted();
    this.checkHost(url);
    const deadline = AbortSignal.timeout(timeoutMs);
    const ends = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    let responded = false;
    try {
      const response = await this.send(request, ends);
      responded = true;
      const { statusCode: status = 0, headers } = response;
      if (request.maxBytes === 0) {
        response.destroy();
        return { status, headers, body: Buffer.alloc(0) };
      }
      return { status, headers, body: await readBody(response, request.maxBytes) };
    } catch (error) {
      if (error instanceof KtrdrError || error instanceof OutboundError) throw error;
      if (signal?.aborted === true) throw signal.reason;
      throw explained(url.host, error, deadline.aborted ? timeoutMs : null, responded);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }

  private checkHost(url: URL): void {
    const { hostname, protocol } = url;
    if (protocol !== 'https:' && protocol !== 'http:')
      throw new KtrdrError(
        'address_not_allowed',
        `The URL begins with ${protocol} instead of https:. Nothing was sent.`,
      );
    if (!this.hosts.has(hostname))
      throw new KtrdrError(
        'address_not_allowed',
        `The host ${hostname} is not allowed. Allowed hosts: ${[...this.hosts].join(', ')}. Nothing was sent.`,
        { details: { host: hostname } },
      );
    // sockets resolve no name here, so the lookup would not run
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) === 0) return;
    const refusal = this.refusalOf(address, protocol);
    if (refusal !== null) throw addressNotAllowed(address, address, refusal);
  }

  private refusalOf(address: string, protocol: string): string | null {
    const { policy } = this.options;
    const refusal = policy.refusalOf(address);
    if (refusal !== null || protocol === 'https:' || policy.isNamed(address)) return refusal;
    return 'public: use https';
  }

  private send(
    { url, method = 'GET', headers, body }: OutboundRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    const options: RequestOptions = {
      method,
      headers: { ...headers, 'accept-encoding': 'identity' },
      agent: isSecure ? this.httpsAgent : this.httpAgent,
      lookup: checkedLookup((address) => this.refusalOf(address, url.protocol), this.options.resolve),
      signal,
    };
    return new Promise((received, failed) => {
      const sending = (isSecure ? requestHttps : requestHttp)(url, options, received);
      sending.once('error', failed);
      this.limitConnecting(sending, isSecure ? 'secureConnect' : 'connect');
      sending.end(body);
    });
  }

  /** A network that drops packets would otherwise keep the request for its whole time. */
  private limitConnecting(sending: ClientRequest, connected: 'connect' | 'secureConnect'): void {
    const { connectMs = CONNECT_MS } = this.options;
    sending.once('socket', (socket) => {
      // a connection that was used before
      if (!socket.connecting) return;
      const timer = setTimeout(
        () => sending.destroy(new Error(`not connected within ${connectMs / 1000} s`)),
        connectMs,
      );
      const stop = (): void => clearTimeout(timer);
      socket.once(connected, stop);
      sending.once('close', stop);
    });
  }
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const isSuccess = response.statusCode === 200;
  if (isSuccess) {
    const problem = bodyProblem(response.headers);
    if (problem !== null) {
      response.destroy();
      throw new OutboundError('unusable', problem);
    }
  }
  const most = isSuccess ? maxBytes : MOST_ERROR_BYTES;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes <= most) continue;
    if (isSuccess) throw new OutboundError('unusable', `the response is larger than ${maxBytes} bytes`);
    break;
  }
  return Buffer.concat(pieces);
}

function bodyProblem(headers: IncomingHttpHeaders): string | null {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    return `the response is compressed (${encoding}), but the request allows no compression`;
  // a connection that breaks would look like the end of the response
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    return 'the response has no length, so a broken connection would look like its end';
  return null;
}

function explained(
  host: string,
  error: unknown,
  timeoutMs: number | null,
  responded: boolean,
): OutboundError {
  if (timeoutMs !== null)
    return new OutboundError('timeout', `${host} did not respond within ${timeoutMs / 1000} s`, {
      cause: error,
    });
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  const why =
    message?.includes(code ?? '') === true && message !== ''
      ? message
      : `${code ?? ''} ${message ?? ''}`.trim();
  const wasConnected =
    responded || code === 'ECONNRESET' || code === 'EPIPE' || code?.startsWith('HPE_') === true;
  if (!wasConnected || isCertificateProblem(error))
    return new OutboundError('no_connection', `no connection to ${host} (${why})`, { cause: error });
  return new OutboundError('interrupted', `${host} did not complete the response (${why})`, { cause: error });
}
