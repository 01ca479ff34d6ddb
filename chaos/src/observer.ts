import { isTerminalStatus, type OperationList, type OperationSummary } from '@ktrdr/contracts';
import { request } from '@ktrdr/service-kit/testing';

const EVERY_MS = 100;

/** Percentages of one attempt, the first and the last that were seen. */
export interface Seen {
  first: number;
  last: number;
}

/** Watches all operations from outside, as far as the API answers, and notes what may never be seen. */
export class Observer {
  readonly violations = new Set<string>();
  readonly #newest = new Map<string, OperationSummary>();
  readonly #seen = new Map<string, Seen>();
  #watching: Promise<void> = Promise.resolve();
  #stopped = false;

  /** `url` of the API, which may change. */
  watch(url: () => string): void {
    this.#watching = this.#watch(url);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watching;
  }

  /** `undefined` where the attempt was never seen. */
  seen(operationId: string, attempt: number): Seen | undefined {
    return this.#seen.get(`${operationId} ${attempt}`);
  }

  /** An operation as the API has just shown it. */
  see(now: OperationSummary): void {
    const id = now.operation_id;
    const before = this.#newest.get(id);
    this.#newest.set(id, now);
    const { percentage } = now.progress;
    this.#seen.set(`${id} ${now.attempt}`, {
      first: this.seen(id, now.attempt)?.first ?? percentage,
      last: percentage,
    });
    if (before === undefined) return;
    if (now.attempt < before.attempt)
      this.violations.add(`${id}: attempt ${before.attempt} became ${now.attempt}`);
    if (now.attempt !== before.attempt) return;
    const [was, is] = [before.progress.percentage, percentage];
    if (is < was) this.violations.add(`${id}: ${was} % became ${is} % in attempt ${now.attempt}`);
    if (isTerminalStatus(before.status) && now.status !== before.status)
      this.violations.add(`${id}: ${before.status} became ${now.status} in attempt ${now.attempt}`);
  }

  async #watch(url: () => string): Promise<void> {
    while (!this.#stopped) {
      const answer = await request<OperationList>('GET', `${url()}/operations?limit=100`).catch(() => null);
      if (answer?.body.success) for (const operation of answer.body.data.operations) this.see(operation);
      else if (answer !== null && answer.status === 500) this.violations.add(`GET /operations answered 500`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
