import { KtrdrError, shown } from '@ktrdr/contracts';
import type { OutboundResponse } from '@ktrdr/outbound';
import type { SourceClient, SourceRequest } from './source-client.js';

/** The requests of one download. */
export class SourceSession {
  /** Requests sent so far, with repeated ones. */
  requests = 0;

  constructor(
    private readonly client: SourceClient,
    readonly signal: AbortSignal,
    private readonly onWait: (ms: number) => void = () => {},
  ) {}

  get source(): string {
    return this.client.name;
  }

  /** ms UTC */
  now(): number {
    return this.client.clock.now();
  }

  /** @throws KtrdrError as `SourceClient.request` */
  get(url: URL): Promise<OutboundResponse> {
    return this.request({ url });
  }

  /** @throws KtrdrError as `SourceClient.request` */
  request(request: Pick<SourceRequest, 'url' | 'method' | 'headers' | 'body'>): Promise<OutboundResponse> {
    const { signal, onWait } = this;
    const headers = { 'user-agent': 'ktrdr', ...request.headers };
    return this.client.request({
      ...request,
      headers,
      signal,
      onWait,
      onAttempt: () => (this.requests += 1),
    });
  }

  /** The JSON of a response. @throws KtrdrError as `SourceClient.request`; `source_refused` if it is not JSON */
  async getJson(url: URL): Promise<{ json: unknown; sentAt: number | null }> {
    const response = await this.get(url);
    const text = response.body.toString('utf8');
    try {
      return { json: JSON.parse(text) as unknown, sentAt: sentAt(response) };
    } catch (cause) {
      throw this.refused(`its response is not JSON, but begins with ${shown(text)}`, cause);
    }
  }

  /** The error for a response that does not have the source's format. */
  refused(why: string, cause?: unknown): KtrdrError {
    return new KtrdrError('source_refused', `${this.source}: ${why}.`, {
      details: { source: this.source },
      cause,
    });
  }
}

/** `Date` of a response, ms UTC. */
export function sentAt({ headers }: Pick<OutboundResponse, 'headers'>): number | null {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? null : time;
}
