import type { TerminalStatus } from './operation.js';
import type { TypedOperationSummary } from './operation-types.js';
import type { VerdictLabel } from './verdict.js';

/** Wire types of webhooks: requests that the API sends when an operation ends. */

/** Events that a webhook can be sent for. `edge`: a training or a backtest found an edge. */
export const NOTIFICATION_EVENTS = ['completed', 'failed', 'cancelled', 'edge'] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

/** Id of a webhook: `wh_k3f9a1b2c4`. */
export const WEBHOOK_ID_PATTERN = /^wh_[a-z0-9]{4,32}$/;

/** Maximum number of webhooks. */
export const MOST_WEBHOOKS = 100;

/** Body of `POST /notifications`. */
export interface CreateWebhookRequest {
  /**
   * Where the API sends its requests. It must not contain a user or a password.
   *
   * @example "https://example.com/ktrdr"
   */
  url: string;
  /**
   * Events for which the API sends a request.
   *
   * @example ["completed", "failed", "edge"]
   */
  on: NotificationEvent[];
  /** Name for display, 1 to 64 characters. */
  name?: string;
}

/** How the last delivery to a webhook went. */
export interface WebhookDelivery {
  /** ISO 8601. */
  at: string;
  /** Operation of the delivery; `null` for a test. */
  operation_id: string | null;
  /** `retrying`: the last try failed and another one follows. `failed`: all tries failed. */
  outcome: 'delivered' | 'retrying' | 'failed';
  /** Number of tries so far. */
  tries: number;
  /** HTTP status of the answer; `null`: no answer. */
  status: number | null;
  /** Why the last try failed, and what to do; `null` if it was delivered. */
  problem: string | null;
}

/** A webhook without its secret. */
export interface Webhook {
  id: string;
  name: string | null;
  url: string;
  on: NotificationEvent[];
  /** ISO 8601. */
  created_at: string;
  /** Name of the caller that created it. */
  created_by: string;
  /** Deliveries that have not ended: at most 1,000. */
  waiting: number;
  /** Deliveries that were dropped because 1,000 were waiting. */
  dropped: number;
  /** `null` before the first one. */
  last_delivery: WebhookDelivery | null;
}

/** `data` of `POST /notifications`. */
export interface CreatedWebhook extends Webhook {
  /** Key of the signatures. Only this answer contains it. */
  secret: string;
}

/** `data` of `GET /notifications`. */
export interface WebhookList {
  /** Oldest first. */
  webhooks: Webhook[];
}

/** `data` of `DELETE /notifications/:id`. */
export interface DeletedWebhook {
  id: string;
  name: string | null;
  url: string;
}

/** `data` of `POST /notifications/:id/test`: one try, at once. */
export interface WebhookTest {
  id: string;
  /** True if the receiver answered with a status from 200 to 299. */
  delivered: boolean;
  /** HTTP status of the answer; `null`: no answer. */
  status: number | null;
  duration_ms: number;
  /** Why it was not delivered, and what to do; `null` if it was. */
  problem: string | null;
}

/** Headers of a delivery. */
export const WEBHOOK_HEADERS = {
  /** `v1=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a dot and the body. */
  signature: 'ktrdr-signature',
  /** Seconds since 1970, when the request was sent. */
  timestamp: 'ktrdr-timestamp',
  /** Id of the delivery. It is the same for every try. */
  delivery: 'ktrdr-delivery',
} as const;

/** Body of a delivery. */
export interface WebhookMessage {
  /** Id of the delivery, as in the header. */
  delivery: string;
  /** What is true of the operation; empty for a test. */
  events: NotificationEvent[];
  /** True for a message that `POST /notifications/:id/test` sent. */
  test: boolean;
  /** ISO 8601: when the operation ended. */
  at: string;
  /** `null` for a test. */
  operation: NotifiedOperation | null;
}

/** What a message says about an operation. `GET /operations/:id` has the rest. */
export interface NotifiedOperation extends Pick<
  TypedOperationSummary,
  'operation_id' | 'operation_type' | 'attempt' | 'created_at' | 'completed_at' | 'metadata' | 'error'
> {
  status: TerminalStatus;
  /** Verdict of a training; `null`: it has none. */
  verdict: { label: VerdictLabel; reasons: string[] } | null;
}
