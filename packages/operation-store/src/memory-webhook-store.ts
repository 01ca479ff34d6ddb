import type { TerminalStatus } from '@ktrdr/contracts';
import {
  MOST_WAITING_DELIVERIES,
  type PendingDelivery,
  type SettledTry,
  type StoredWebhook,
  type WebhookState,
  type WebhookStore,
} from './webhook-store.js';

interface Kept {
  id: number;
  webhookId: string;
  ended: EndedAttempt;
  createdMs: number;
  dueMs: number;
  tries: number;
}

/** The end of one attempt of an operation. */
export interface EndedAttempt {
  operationId: string;
  attempt: number;
  status: TerminalStatus;
  /** ISO 8601. */
  endedAt: string;
}

/** Keeps webhooks in memory: they are lost when the process ends. `operationEnded` does what triggers do in a database. */
export class MemoryWebhookStore implements WebhookStore {
  private webhooks: WebhookState[] = [];
  private deliveries: Kept[] = [];
  private lastId = 0;

  /** @param now ms since 1970 */
  constructor(private readonly now: () => number) {}

  operationEnded(ended: EndedAttempt): void {
    for (const webhook of this.webhooks) {
      const listens =
        webhook.on.includes(ended.status) || (ended.status === 'completed' && webhook.on.includes('edge'));
      if (!listens) continue;
      if (this.of(webhook.id).length >= MOST_WAITING_DELIVERIES) {
        webhook.dropped += 1;
        continue;
      }
      const now = this.now();
      this.lastId += 1;
      this.deliveries.push({
        id: this.lastId,
        webhookId: webhook.id,
        ended,
        createdMs: now,
        dueMs: now,
        tries: 0,
      });
    }
  }

  async create(webhook: StoredWebhook, most: number): Promise<boolean> {
    if (this.webhooks.length >= most) return false;
    this.webhooks.push({ ...webhook, waiting: 0, dropped: 0, lastDelivery: null });
    return true;
  }

  async list(): Promise<WebhookState[]> {
    return this.webhooks
      .map((webhook) => ({ ...webhook, on: [...webhook.on], waiting: this.of(webhook.id).length }))
      .toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  }

  async remove(id: string): Promise<StoredWebhook | null> {
    const webhook = this.webhooks.find((known) => known.id === id);
    this.webhooks = this.webhooks.filter((known) => known !== webhook);
    this.deliveries = this.deliveries.filter(({ webhookId }) => webhookId !== id);
    return webhook === undefined ? null : stored(webhook);
  }

  async claim(claimMs: number, busy: readonly string[]): Promise<PendingDelivery[]> {
    const now = this.now();
    return this.webhooks
      .filter(({ id }) => !busy.includes(id))
      .flatMap((webhook) => {
        const [due] = this.of(webhook.id).filter(({ dueMs }) => dueMs <= now);
        if (due === undefined) return [];
        due.dueMs = now + claimMs;
        due.tries += 1;
        const { id, ended, tries, createdMs } = due;
        return [{ id, webhook: stored(webhook), ...ended, tries, ageMs: now - createdMs }];
      });
  }

  async settle({ id, tries }: PendingDelivery, { result, retryAfterMs }: SettledTry): Promise<void> {
    const kept = this.deliveries.find((one) => one.id === id && one.tries === tries);
    if (kept === undefined) return;
    if (retryAfterMs === null) this.deliveries = this.deliveries.filter((one) => one !== kept);
    else kept.dueMs = this.now() + retryAfterMs;
    const webhook = this.webhooks.find((known) => known.id === kept.webhookId);
    if (webhook === undefined || result === null) return;
    webhook.lastDelivery = { ...result, operation_id: kept.ended.operationId, tries };
  }

  private of(webhookId: string): Kept[] {
    return this.deliveries.filter((delivery) => delivery.webhookId === webhookId);
  }
}

function stored({ id, name, url, on, secret, createdAt, createdBy }: StoredWebhook): StoredWebhook {
  return { id, name, url, on: [...on], secret, createdAt, createdBy };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
