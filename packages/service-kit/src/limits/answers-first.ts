import type { Clock } from '@ktrdr/orchestrator';
import type { ServerResponse } from 'node:http';

/** Work waits at most this long for answers, ms. */
const MOST_WAIT_MS = 250;
/** Number of operations that begin in one turn of the event loop. */
const MOST_IN_A_TURN = 8;

interface Waiting {
  begin: () => void;
  /** Monotonic ms. */
  since: number;
}

/**
 * Lets new operations begin when all starts that have arrived are answered. An answered operation is stored already, so its work can
 * wait a moment: of 200 starts at once, the last one would otherwise wait for the work of the others. Operations begin in the
 * order of their creation.
 */
export class AnswersFirst {
  private readonly unanswered = new Set<ServerResponse>();
  private readonly waiting: Waiting[] = [];
  private isLooking = false;

  constructor(private readonly clock: Clock) {}

  /** A start has arrived. Its answer is sent when `response` closes. */
  expect(response: ServerResponse): void {
    if (this.unanswered.has(response)) return;
    this.unanswered.add(response);
    response.once('close', () => this.forget(response));
  }

  /** The start is answered, or its body has not arrived: nothing waits for it. */
  forget(response: ServerResponse): void {
    if (this.unanswered.delete(response) && this.unanswered.size === 0) this.look();
  }

  /** Calls `begin` now, or after the answers. */
  begin(begin: () => void): void {
    if (this.unanswered.size === 0 && this.waiting.length === 0) return begin();
    this.waiting.push({ begin, since: this.clock.monotonic() });
    if (this.waiting.length === 1) this.clock.setTimer(MOST_WAIT_MS, () => this.look());
  }

  /** Begins what may begin, a few in each turn. */
  private look(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    setImmediate(() => {
      this.isLooking = false;
      this.forgetDisconnected();
      for (const { begin } of this.waiting.splice(0, this.ready())) begin();
      const [next] = this.waiting;
      if (next === undefined) return;
      if (this.ready() > 0) this.look();
      else this.clock.setTimer(next.since + MOST_WAIT_MS - this.clock.monotonic(), () => this.look());
    });
  }

  /** A response that waits for an earlier one of its connection does not close when its client disconnects. */
  private forgetDisconnected(): void {
    for (const response of this.unanswered)
      if (response.req.socket.destroyed) this.unanswered.delete(response);
  }

  /** How many of the first ones may begin. */
  private ready(): number {
    const { waiting, unanswered } = this;
    const overdue = this.clock.monotonic() - MOST_WAIT_MS;
    const first = waiting.slice(0, MOST_IN_A_TURN);
    return unanswered.size === 0 ? first.length : first.filter(({ since }) => since <= overdue).length;
  }
}
