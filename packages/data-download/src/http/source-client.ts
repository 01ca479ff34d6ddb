import { KtrdrError, oneLine, truncate, type Clock } from '@ktrdr/contracts';
import { OutboundError, type OutboundClient, type OutboundResponse } from '@ktrdr/outbound';
import { retryAfterMs } from './retry-after.js';
import { TokenBucket } from './token-bucket.js';

/** Attempts for one request. */
const MOST_ATTEMPTS = 5;
/** Pause before the second attempt, ms. It doubles with each one. */
const FIRST_PAUSE_MS = 1_000;
/** A source that asks to wait longer than this is not waited for, ms. */
const LONGEST_PAUSE_MS = 300_000;
const TIMEOUT_MS = 60_000;
const MOST_BYTES = 32 * 1_048_576;
/** Requests at once after a time without requests. */
const BURST = 5;
/** Characters of a source's own error message. */
const MOST_MESSAGE = 200;

/** One request to a source. */
export interface SourceRequest {
  url: URL;
  /** Default: `GET`. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal: AbortSignal;
  /** Called before each attempt. */
  onAttempt: () => void;
  /** Called before a long wait, with its length, ms. */
  onWait: (ms: number) => void;
}

/**
 * HTTP to one source, for all downloads of this process together: within the source's rate, with a bounded number of attempts.
 * A broken connection, a timeout, a 5xx, a 429 and a 418 are tried again. `Retry-After` is honoured, also by other downloads.
 */
export class SourceClient {
  private readonly bucket: TokenBucket;
  /** The source has responded to this process before: a lost connection is worth another attempt. */
  private hasResponded = false;

  constructor(
    readonly name: string,
    perMinute: number,
    private readonly http: OutboundClient,
    readonly clock: Clock,
    /** Follows the message of a source that cannot be reached. */
    private readonly hint = '',
  ) {
    this.bucket = new TokenBucket(perMinute, Math.min(perMinute, BURST), clock);
  }

  /**
   * A response with status 200.
   *
   * @throws KtrdrError `source_unreachable`, `source_refused`, `address_not_allowed`; the signal's reason
   */
  async request(request: SourceRequest): Promise<OutboundResponse> {
    for (let attempt = 1; ; attempt += 1) {
      await this.takeToken(request);
      request.onAttempt();
      const outcome = await this.attempt(request);
      if ('response' in outcome) return outcome.response;
      const { failure, pauseMs } = outcome;
      if (attempt === MOST_ATTEMPTS || pauseMs === null) throw failure;
      const pause = Math.max(pauseMs, FIRST_PAUSE_MS * 2 ** (attempt - 1));
      this.bucket.pause(pause);
    }
  }

  private async takeToken({ signal, onWait }: SourceRequest): Promise<void> {
    const wait = this.bucket.waitMs();
    if (wait > FIRST_PAUSE_MS) onWait(wait);
    await this.bucket.take(signal);
  }

  /** `pauseMs`: shortest pause before the next attempt; `null` if another attempt does not help. */
  private async attempt(
    request: SourceRequest,
  ): Promise<{ response: OutboundResponse } | { failure: KtrdrError; pauseMs: number | null }> {
    const { url, method, headers, body, signal } = request;
    let response: OutboundResponse;
    try {
      response = await this.http.request({
        url,
        method,
        headers,
        body,
        signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MOST_BYTES,
      });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return this.withoutResponse(error);
    }
    this.hasResponded = true;
    if (response.status === 200) return { response };
    return this.refusal(response);
  }

  private withoutResponse(error: OutboundError): { failure: KtrdrError; pauseMs: number | null } {
    const options = { details: { source: this.name, reason: error.reason }, cause: error };
    if (error.reason === 'unusable') {
      const failure = new KtrdrError('source_refused', `${this.name}: ${error.message}.`, options);
      return { failure, pauseMs: null };
    }
    const isOffline = error.reason === 'no_connection' && !this.hasResponded;
    const failure = new KtrdrError(
      'source_unreachable',
      `${this.name} cannot be reached: ${error.message}.${this.hint} Complete pages are stored. Start the download again to continue.`,
      options,
    );
    return { failure, pauseMs: isOffline ? null : 0 };
  }

  private refusal({ status, headers, body }: OutboundResponse): {
    failure: KtrdrError;
    pauseMs: number | null;
  } {
    const pause = retryAfterMs(headers['retry-after'], this.clock.now());
    const isLimit = status === 429 || status === 418;
    const isTemporary = isLimit || (status >= 500 && status !== 501);
    const isTooLong = pause !== null && pause > LONGEST_PAUSE_MS;
    const wait = isTooLong
      ? ` It asks to wait ${Math.ceil(pause / 1000)} s: start the download again then.`
      : '';
    const failure = new KtrdrError(
      'source_refused',
      `${this.name} ${whatItSaid(status, headers.location, body)}.${wait}`,
      {
        details: {
          source: this.name,
          status,
          ...(pause === null ? {} : { retry_after_seconds: pause / 1000 }),
        },
      },
    );
    return { failure, pauseMs: isTemporary && !isTooLong ? (pause ?? 0) : null };
  }
}

/** Names the status, and the message in the body if there is one. */
function whatItSaid(status: number, location: string | undefined, body: Buffer): string {
  if (status === 429 || status === 418) return `limits its requests (HTTP ${status})`;
  if (status >= 300 && status < 400) {
    const to = URL.canParse(location ?? '') ? ` to ${new URL(location ?? '').host}` : '';
    return `redirects${to} (HTTP ${status}), and redirects are not followed`;
  }
  const said = truncate(oneLine(messageIn(body.toString('utf8'))), MOST_MESSAGE);
  return `refused the request (HTTP ${status})${said === '' ? '' : `: ${said.replace(/\.$/, '')}`}`;
}

function messageIn(text: string): string {
  try {
    const { msg, message } = JSON.parse(text) as { msg?: unknown; message?: unknown };
    for (const found of [msg, message]) if (typeof found === 'string') return found;
  } catch {
    // not JSON: a page for people is of no use in an error
    return /^\s*</.test(text) ? '' : text;
  }
  return text;
}
