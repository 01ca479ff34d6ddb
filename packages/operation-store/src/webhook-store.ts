import type { NotificationEvent, TerminalStatus, WebhookDelivery } from '@ktrdr/contracts';

/** A webhook as it is stored. */
export interface StoredWebhook {
  id: string;
  name: string | null;
  url: string;
  on: NotificationEvent[];
  /** Key of the signatures. Signing needs the key, so it is stored unencrypted. */
  secret: string;
  /** ISO 8601. */
  createdAt: string;
  /** Name of the caller that created it. */
  createdBy: string;
}

/** A webhook and its deliveries. */
export interface WebhookState extends StoredWebhook {
  waiting: number;
  dropped: number;
  lastDelivery: WebhookDelivery | null;
}

/** One message to one webhook that has not been delivered yet. */
export interface PendingDelivery {
  /** Different for each delivery. */
  id: number;
  webhook: StoredWebhook;
  operationId: string;
  /** Attempt of the operation that ended. */
  attempt: number;
  status: TerminalStatus;
  /** When the operation ended, ISO 8601. */
  endedAt: string;
  /** Number of tries, this one included. */
  tries: number;
  /** Time since the operation ended, ms. */
  ageMs: number;
}

/** How a try ended. `retryAfterMs`: `null` if no other try follows. */
export interface SettledTry {
  /** `null`: there was nothing to tell this webhook, and nothing is recorded. */
  result: Omit<WebhookDelivery, 'tries' | 'operation_id'> | null;
  retryAfterMs: number | null;
}

/** More waiting deliveries of one webhook are dropped. */
export const MOST_WAITING_DELIVERIES = 1_000;

/**
 * Webhooks and their deliveries. The end of an operation and its deliveries are one write, so no end is lost: the deliveries survive
 * the process. Several processes may claim deliveries; only one of them gets each.
 *
 * A delivery that was claimed is due again when the time of its claim has passed, so that another process takes it if this one ends.
 *
 * Every implementation runs `webhookStoreConformance` of `@ktrdr/operation-store/testing`.
 */
export interface WebhookStore {
  /** False if there are already `most` webhooks. @throws KtrdrError `store_unavailable` */
  create(webhook: StoredWebhook, most: number): Promise<boolean>;

  /** All webhooks, oldest first. @throws KtrdrError `store_unavailable` */
  list(): Promise<WebhookState[]>;

  /** Removes a webhook and its deliveries. @returns it, or `null` if there is none. @throws KtrdrError `store_unavailable` */
  remove(id: string): Promise<StoredWebhook | null>;

  /**
   * Claims the oldest due delivery of each webhook.
   *
   * @param claimMs until it is due again
   * @param busy ids of webhooks whose deliveries are left alone
   * @throws KtrdrError `store_unavailable`
   */
  claim(claimMs: number, busy: readonly string[]): Promise<PendingDelivery[]>;

  /**
   * Records how a claimed try ended. Does nothing if the delivery was claimed again since.
   *
   * @throws KtrdrError `store_unavailable`
   */
  settle(delivery: PendingDelivery, settled: SettledTry): Promise<void>;
}
