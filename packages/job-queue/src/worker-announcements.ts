import type { Clock } from '@ktrdr/orchestrator';
import { ANNOUNCE_MS, WORKERS_TOPIC, type AnnouncedWorker, type WorkerGoodbye } from './messages.js';
import type { QueueMessages } from './queue-messages.js';
import { within } from './within.js';

/** Timeout of an announcement, ms. */
const RESPONSE_TIMEOUT_MS = 5_000;
/** Time a stopping worker waits for the delivery of its goodbye, ms. */
const GOODBYE_MS = 500;

export interface WorkerAnnouncementsParts<TDescription> {
  messages: QueueMessages;
  clock: Clock;
  describe: () => Promise<AnnouncedWorker<TDescription>>;
  onAnnounced: () => void;
  onError: (error: unknown) => void;
}

/** Tells the queue's followers from time to time which worker is here. */
export class WorkerAnnouncements<TDescription> {
  private stopTimer = () => {};
  private stopped = false;
  /** The announcement in progress. Never rejects. */
  private announcing = Promise.resolve();

  constructor(private readonly parts: WorkerAnnouncementsParts<TDescription>) {}

  start(): void {
    this.announcing = this.announce().catch(this.parts.onError);
    this.stopTimer = this.parts.clock.setTimer(ANNOUNCE_MS, () => this.start());
  }

  stop(): void {
    this.stopped = true;
    this.stopTimer();
  }

  /** Removes the worker from the list at once. Waits for a running announcement, which would list the worker again. */
  async sayGoodbye(name: string): Promise<void> {
    const goodbye: WorkerGoodbye = { name, left: true };
    const said = this.announcing.then(() => this.parts.messages.publish(WORKERS_TOPIC, goodbye));
    await within(said, GOODBYE_MS).catch(this.parts.onError);
  }

  private async announce(): Promise<void> {
    const worker = await this.parts.describe();
    if (this.stopped) return;
    await within(this.parts.messages.publish(WORKERS_TOPIC, worker), RESPONSE_TIMEOUT_MS);
    this.parts.onAnnounced();
  }
}
