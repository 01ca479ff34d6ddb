import { isOutage } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { OperationStore } from './operation-store.js';

/** An outage ends only after this time without a failure, ms: on a full disk some calls succeed while others fail. */
const QUIET_MS = 1_000;

/**
 * Logs an outage of the store once when it begins and once when it ends, however many calls fail in between. Code that catches
 * such an error need not log it.
 */
export class StoreOutage {
  private readonly clock: Clock;
  private readonly logger: OrchestratorLogger;
  /** Monotonic ms; `null` while the store answers. */
  private since: number | null = null;
  private lastFailure = -Infinity;

  constructor({ clock, logger }: { clock: Clock; logger: OrchestratorLogger }) {
    this.clock = clock;
    this.logger = logger;
  }

  /** The same store; every failed call is recorded. */
  watch(store: OperationStore): OperationStore {
    const notice = (error: unknown): void => this.notice(error);
    const watched = new Map<string | symbol, unknown>();
    return new Proxy(store, {
      get: (target, name) => {
        const known = watched.get(name);
        if (known !== undefined) return known;
        const member = (): unknown => Reflect.get(target, name, target);
        if (typeof member() !== 'function') return member();
        const watching = (...args: unknown[]): unknown => {
          const answer = (member() as (...args: unknown[]) => unknown).apply(target, args);
          if (answer instanceof Promise) answer.catch(notice);
          return answer;
        };
        watched.set(name, watching);
        return watching;
      },
    });
  }

  /** The store has answered: the outage is over unless another call failed within `QUIET_MS`. */
  answered(): void {
    const now = this.clock.monotonic();
    if (this.since === null || now - this.lastFailure < QUIET_MS) return;
    this.logger.info('the store can be used again', { away_s: seconds(now - this.since) });
    this.since = null;
  }

  private notice(error: unknown): void {
    if (!isOutage(error)) return;
    this.lastFailure = this.clock.monotonic();
    if (this.since !== null) return;
    this.since = this.lastFailure;
    this.logger.error('the store cannot be used', { error });
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
