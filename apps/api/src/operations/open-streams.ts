import type { ServerResponse } from 'node:http';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { Caller } from '@ktrdr/service-kit';
import type { TokenAuthenticator } from '../access/token-authenticator.js';

/** How long readers may take to receive the last events when the service stops. */
const FLUSH_MS = 500;

/** Maximum number of open event streams of one caller, and of all. */
const MOST_OF_CALLER = 2_000;
const MOST = 4_000;

/**
 * The open event streams. When the service stops, the operations end first, and then their streams. The service waits for the
 * streams before it closes the connections, so that readers learn how their operations ended.
 */
export class OpenStreams implements BeforeApplicationShutdown {
  private readonly open = new Map<ServerResponse, Caller>();
  /** Ends each stream that has no last event of its own. */
  private readonly endless = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly authenticator: TokenAuthenticator,
  ) {
    authenticator.onChange(() => {
      for (const [stream, caller] of this.open) if (!authenticator.isStillValid(caller)) stream.destroy();
    });
  }

  /** @throws KtrdrError `too_many_requests`, `service_busy` if the caller may not open one more */
  checkRoom(caller: Caller): void {
    const ofCaller = [...this.open.values()].filter((other) => idOf(other) === idOf(caller)).length;
    const refuse = (code: 'too_many_requests' | 'service_busy', whose: string, most: number): never => {
      throw new KtrdrError(
        code,
        `${whose} ${most} open event streams, the maximum. Close some, then try again.`,
        {
          details: { retry_after_seconds: 5, most },
        },
      );
    };
    if (ofCaller >= MOST_OF_CALLER) refuse('too_many_requests', 'You have', MOST_OF_CALLER);
    if (this.open.size >= MOST) refuse('service_busy', 'The API has', MOST);
  }

  /** Ends the streams that would otherwise stay open: call it when this process runs no more operations. */
  onStop(finish: () => void, closed: AbortSignal): void {
    if (closed.aborted) return;
    this.endless.add(finish);
    closed.addEventListener('abort', () => this.endless.delete(finish));
  }

  /** Aborts when the stream has ended or its reader has left. The stream ends when its caller's token is revoked. */
  add(stream: ServerResponse, caller: Caller): AbortSignal {
    const closed = new AbortController();
    this.open.set(stream, caller);
    stream.once('close', () => {
      this.open.delete(stream);
      closed.abort();
    });
    // the token may have been revoked since the request was authenticated
    if (!this.authenticator.isStillValid(caller)) stream.destroy();
    return closed.signal;
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const finish of this.endless) finish();
    const closed = [...this.open.keys()].map(
      (stream) => new Promise<void>((resolve) => stream.once('close', () => resolve())),
    );
    const flushed = new AbortController();
    const outOfTime = this.clock.sleep(FLUSH_MS, flushed.signal).catch(() => {});
    await Promise.race([Promise.all(closed), outOfTime]);
    flushed.abort();
  }
}

function idOf({ tokenId, name }: Caller): string {
  return tokenId ?? name;
}
