import { isTerminalStatus, type OperationList, type OperationSummary } from '@ktrdr/contracts';
import { request } from '@ktrdr/service-kit/testing';

const EVERY_MS = 100;

/** The first and the last observed percentage of one attempt. */
export interface Seen {
  first: number;
  last: number;
}

/** Polls all operations while the API answers, and records forbidden changes: a percentage or attempt that falls, an end that is undone. */
export class Observer {
  readonly violations = new Set<string>();
  /** Whether any two seeds trained in parallel. */
  hasSeenLanes = false;
  private readonly newest = new Map<string, OperationSummary>();
  private readonly seenByAttempt = new Map<string, Seen>();
  private watching: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param url returns the API's address, which may change after a restart */
  watch(url: () => string): void {
    this.watching = this.poll(url);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.watching;
  }

  /** @returns `undefined` if the attempt was never observed */
  seen(operationId: string, attempt: number): Seen | undefined {
    return this.seenByAttempt.get(`${operationId} ${attempt}`);
  }

  /** Compares an operation that the API has just returned with its previous state. */
  see(now: OperationSummary): void {
    const id = now.operation_id;
    const before = this.newest.get(id);
    this.newest.set(id, now);
    this.hasSeenLanes ||= Number(now.progress.context.running_seeds) > 1;
    const { percentage } = now.progress;
    this.seenByAttempt.set(`${id} ${now.attempt}`, {
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

  private async poll(url: () => string): Promise<void> {
    while (!this.stopped) {
      const answer = await request<OperationList>('GET', `${url()}/operations?limit=100`).catch(() => null);
      if (answer?.body.success) for (const operation of answer.body.data.operations) this.see(operation);
      else if (answer !== null && answer.status === 500) this.violations.add(`GET /operations answered 500`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
